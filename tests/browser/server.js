/**
 * Starts the program on the database that the environment names.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** Part of every Debian: ends the server when this process ends. */
const ENDING_WITH_US = ['/usr/bin/setpriv', '--pdeathsig', 'KILL'];

/** A server that can be stopped and restarted on the same address. */
export class Server {
  #address;
  #settings;
  #process = null;

  /**
   * @param {string} address host and port
   * @param {string[]} settings as command-line arguments
   */
  constructor(address, settings) {
    this.#address = address;
    this.#settings = settings;
    this.url = `http://${address}`;
  }

  /** Creates a server on a free port. */
  static async start(settings) {
    const server = new Server(`127.0.0.1:${await freePort()}`, settings);
    await server.start();
    return server;
  }

  /** Starts it and waits until it answers. */
  async start() {
    const settings = ['serve', '--listen', this.#address, '--admin-listen', '127.0.0.1:0', '--request-timeout', '60s', '--statement-timeout', '60s'];
    const [program, ...words] = [...ENDING_WITH_US, process.env.ATELIEREX_PROGRAM, ...settings, ...this.#settings];
    this.#process = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    await announced(this.#process.stderr);
    // Unread output would block the server.
    this.#process.stderr.resume();
  }

  /** Kills it with SIGKILL. */
  async stop() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** Waits until a server logs that it is listening. */
async function announced(log) {
  const said = [];
  for await (const line of createInterface({ input: log })) {
    said.push(line);
    if (line.includes('Listening on')) {
      return;
    }
  }
  throw new Error(`the server does not start: ${said.join('\n')}`);
}

async function freePort() {
  const socket = createServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
