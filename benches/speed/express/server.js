'use strict';

// The replaced service as a good developer would build it: Express and node-pg, with nothing composed in advance.
// Express and the pool have their defaults; the settings are DATABASE_URL, PORT and NODE_ENV.

const express = require('express');
const { Pool } = require('pg');
const queries = require('./queries');

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
pool.on('error', (error) => console.error(error.message));

// Answers with the result of the query for the product in the path.
const answer = (query) => async (request, response, next) => {
    try {
        const { rows } = await pool.query({ ...query, values: [request.params.product_id] });
        if (rows.length === 0) {
            response.status(404).json({ title: 'There is no such product', status: 404 });
            return;
        }
        response.json(rows[0].document);
    } catch (error) {
        next(error);
    }
};

const app = express();
app.get('/products/:product_id', answer(queries.detail));
app.get('/products/:product_id/styles', answer(queries.styles));
app.get('/products/:product_id/related', answer(queries.related));
app.listen(Number(process.env.PORT), '127.0.0.1');
