/**
 * Details of one request.
 */

import { element } from './dom.js';
import { bytes, milliseconds } from './format.js';
import { jsonTree } from './json-tree.js';

/** View of a request in the panel. */
export class RequestDetail {
  #line = element('p', { class: 'request-line' });
  #facts = element('dl', { class: 'request-facts' });
  #body = element('div', { class: 'request-body' });
  #shownBody;
  node = element('section', { class: 'request-detail', 'aria-label': 'The request' }, this.#line, this.#facts, this.#body);

  /** @param {import('./request-log.js').Request|undefined} request */
  show(request) {
    this.node.hidden = !request;
    if (!request) {
      return;
    }
    const url = new URL(request.path, document.baseURI);
    this.#line.replaceChildren(element('strong', {}, request.method), ` ${url.pathname}${url.search}`);
    this.#facts.replaceChildren(...facts(request).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
    // An unchanged tree keeps its open values.
    if (request.body !== this.#shownBody) {
      this.#shownBody = request.body;
      this.#body.replaceChildren(request.body === undefined ? '' : jsonTree(request.body));
    }
  }
}

function facts(request) {
  const { state, milliseconds: time, headers = {} } = request;
  const known = [['Answer', answer(request)]];
  if (time !== undefined) {
    known.push(['Time', milliseconds(time)]);
  }
  if (state === 'answered') {
    known.push(['Body', transfer(request)], ...Object.entries(headers));
  }
  return known;
}

function answer({ state, status, source }) {
  if (state !== 'answered') {
    return { waiting: 'on its way', failed: 'none: the server is away', left: 'canceled' }[state];
  }
  return { revalidated: `304, the browser has it`, cache: `${status}, from the browser’s cache` }[source] ?? `${status}`;
}

function transfer({ source, bytes: sent, length, headers }) {
  if (sent === undefined) {
    return 'not measured';
  }
  const encoding = headers['Content-Encoding'] ?? 'not encoded';
  const decoded = length === sent ? '' : `, ${bytes(length)} decoded`;
  const whole = `${bytes(sent)} (${encoding}${decoded})`;
  return { revalidated: `nothing sent again; ${whole}`, cache: `nothing sent; ${whole}` }[source] ?? `${whole} on the wire`;
}
