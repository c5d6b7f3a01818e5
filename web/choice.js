/**
 * Choice of one option: radio buttons that look like their options.
 */

import { element } from './dom.js';

/**
 * @param {Object} choice
 * @param {string} choice.name of the radio buttons
 * @param {Node|string} choice.legend
 * @param {string} choice.look class of the options
 * @param {{value: string, label: Node[], checked?: boolean, disabled?: boolean}[]} choice.options
 * @param {(value: string) => void} choice.onchoose
 */
export function choice({ name, legend, look, options, onchoose }) {
  const labels = options.map(({ value, label, checked = false, disabled = false }) => {
    const input = element('input', { type: 'radio', name, value, checked, disabled, onchange: () => onchoose(value) });
    return element('label', { class: look }, input, element('span', { class: 'option' }, ...label));
  });
  return element('fieldset', { class: 'choice' }, element('legend', {}, legend), element('div', { class: 'options' }, ...labels));
}
