//! NGINX with the configuration of `nginx/render`.

mod answers;
mod cache;
mod disk;
mod encoding;
mod faults;
mod limits;
mod render;
mod tls;
mod trace;
mod web_page;
