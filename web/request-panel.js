/**
 * Panel with the requests of this page: path, response and time of each.
 */

import { element, icon, spoken } from './dom.js';
import { milliseconds } from './format.js';
import { RequestDetail } from './request-detail.js';
import { onRequest, requests } from './request-log.js';

const panel = document.getElementById('requests');
const toggle = document.getElementById('requests-toggle');
const last = document.getElementById('requests-last');

const list = element('ol', { class: 'request-list', 'aria-label': 'Requests, the newest first' });
const detail = new RequestDetail();

/** @type {WeakMap<Object, HTMLElement>} Row of each request. It is updated in place, to keep the focus. */
const rows = new WeakMap();

/** The selected request, until a newer one is made. */
let chosen = null;
let newest = null;

/** Prepares the panel and the button that opens it. */
export function startRequestPanel() {
  const onclose = () => open(false);
  const title = element('h2', { id: 'requests-title' }, 'Requests');
  const close = element('button', { class: 'tool', type: 'button', onclick: onclose }, icon('close'), spoken('Close'));
  panel.append(element('header', { class: 'requests-head' }, title, close), list, detail.node);
  panel.addEventListener('keydown', ({ key }) => key === 'Escape' && onclose());
  toggle.addEventListener('click', () => open(panel.hidden));
  onRequest(() => {
    if (requests[0] !== newest) {
      [newest, chosen] = [requests[0], null];
    }
    update();
  });
}

function open(isOpen) {
  panel.hidden = !isOpen;
  document.body.classList.toggle('has-requests', isOpen);
  toggle.setAttribute('aria-expanded', String(isOpen));
  update();
  (isOpen ? panel.querySelector('button') : toggle).focus();
}

function update() {
  last.textContent = requests.length > 0 ? brief(requests[0]) : '';
  if (panel.hidden) {
    return;
  }
  const shown = chosen ?? requests[0];
  requests.forEach((request, n) => {
    const row = rowOf(request);
    tellRow(row, request, request === shown);
    // Moving a row that stands right would take the focus from it.
    if (list.children[n] !== row) {
      list.insertBefore(row, list.children[n] ?? null);
    }
  });
  while (list.children.length > requests.length) {
    list.lastChild.remove();
  }
  detail.show(shown);
}

function rowOf(request) {
  if (!rows.has(request)) {
    const onclick = () => {
      chosen = request;
      update();
    };
    const parts = ['request-status', 'request-path', 'request-time'].map((look) => element('span', { class: look }));
    rows.set(request, element('li', {}, element('button', { type: 'button', onclick }, ...parts)));
  }
  return rows.get(request);
}

function tellRow(row, request, isShown) {
  const button = row.firstChild;
  button.ariaCurrent = isShown ? 'true' : null;
  button.dataset.state = request.state === 'answered' && request.status >= 400 ? 'failed' : request.state;
  const [status, path, time] = button.children;
  status.textContent = statusOf(request);
  path.textContent = `/${request.path.replace(/^\//, '')}`;
  time.textContent = request.milliseconds === undefined ? '…' : milliseconds(request.milliseconds);
}

/** What came back, in a word. The browser hides a 304: it answers with the body that it has. */
export function statusOf({ state, status, source }) {
  if (state === 'answered') {
    return source === 'revalidated' ? '304' : `${status}`;
  }
  return { waiting: '…', failed: 'no answer', left: 'left' }[state];
}

function brief(request) {
  const time = request.milliseconds === undefined ? '' : ` · ${milliseconds(request.milliseconds)}`;
  return `${statusOf(request)}${time}`;
}
