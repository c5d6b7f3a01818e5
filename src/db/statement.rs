//! Statements of fixed text as queries that Diesel prepares once per connection.
//!
//! `sql_query` would prepare them for each call: one more round trip, and planning.

/// Splits a statement at its parameter `$n`, which Diesel writes itself.
pub(crate) fn split_at_parameter(statement: &str, n: usize) -> (&str, &str) {
    let parameter = format!("${n}");
    statement
        .split_once(parameter.as_str())
        .unwrap_or((statement, ""))
}

/// Declares a query with its parameters (name, type, SQL type) in the order of `$1`, `$2`, … in its text, and the SQL
/// types of its rows.
macro_rules! statement {
    (
        $(#[$attribute:meta])*
        struct $name:ident($($parameter:ident: $type:ty as $sql_type:ty),+) -> $row:ty = $text:expr;
    ) => {
        $(#[$attribute])*
        struct $name<'a> {
            $($parameter: $type,)+
            lifetime: std::marker::PhantomData<&'a ()>,
        }

        impl<'a> $name<'a> {
            fn new($($parameter: $type),+) -> Self {
                Self { $($parameter,)+ lifetime: std::marker::PhantomData }
            }
        }

        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
        }

        impl diesel::query_builder::Query for $name<'_> {
            type SqlType = $row;
        }

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                let (mut rest, mut n): (&str, usize) = ($text, 0);
                $(
                    n += 1;
                    let (before, after) = $crate::db::statement::split_at_parameter(rest, n);
                    out.push_sql(before);
                    out.push_bind_param::<$sql_type, _>(&self.$parameter)?;
                    rest = after;
                )+
                out.push_sql(rest);
                Ok(())
            }
        }
    };
}

pub(crate) use statement;

#[cfg(test)]
mod tests {
    use super::split_at_parameter;

    #[test]
    fn a_statement_is_split_at_its_parameters() {
        assert_eq!(split_at_parameter("a = $1 AND b", 1), ("a = ", " AND b"));
        assert_eq!(split_at_parameter("a", 1), ("a", ""));
    }
}
