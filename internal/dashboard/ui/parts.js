// Small parts that several pages have.

import { h } from './dom.js'
import { copy } from './said.js'
import { kindOf } from './format.js'

export const pill = (text, kind = 'plain') => h('span', { class: `pill ${kind}` }, text)

export const statusPill = (status) => pill(status || 'none', kindOf(status))

// command is a line for the shell, to be copied.
export const command = (text, what) => h('div', { class: 'command' },
  h('pre', { tabindex: 0, 'aria-label': what }, text),
  h('button', { 'aria-label': `Copy ${what}`, onclick: () => copy(text, 'Copied.') }, 'Copy'))

// empty says that there is nothing, and what to do about it.
export const empty = (title, ...next) => h('div', { class: 'empty' }, h('h2', null, title), next)

// field is a labelled input.
export const field = (label, props) => h('label', { class: 'field' }, h('span', null, label), h(props.options ? 'select' : 'input', { autocomplete: 'off', spellcheck: 'false', ...props, options: null }, props.options))

// form takes Enter and its button for the same thing.
export const form = (props, submit, ...children) => h('form', { ...props, onsubmit: (event) => {
  event.preventDefault()
  submit(Object.fromEntries(new FormData(event.target)), event.target.querySelector('button:not([type=button])'), event.target)
} }, children)

// sure asks before something that cannot be taken back.
export function sure(question, verb, then) {
  const dialog = h('dialog', { 'aria-label': question }, h('p', null, question),
    form({ class: 'bar' }, (_, button) => { dialog.close(); then(button) },
      h('button', { class: 'main' }, verb), h('button', { type: 'button', onclick: () => dialog.close() }, 'Leave it')))
  dialog.onclose = () => dialog.remove()
  document.body.append(dialog)
  dialog.showModal()
}
