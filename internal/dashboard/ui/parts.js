// Small parts that several pages have.

import { h } from './dom.js'
import { kindOf } from './format.js'
import { copy } from './said.js'

export const pill = (text, kind = 'plain') => h('span', { class: `pill ${kind}` }, text)

export const statusPill = (status) => pill(status || 'none', kindOf(status))

// command is a line for the shell, to be copied.
export const command = (text, what) => h('div', { class: 'command' },
  h('pre', { tabindex: 0, 'aria-label': what }, text),
  h('button', { 'aria-label': `Copy ${what}`, onclick: () => copy(text, 'Copied.') }, 'Copy'))

// begin lists calls to paste, one for each API that has one.
export const begin = (apis, noun) => apis.filter((a) => a.example).map((a) => h('div', { class: 'begin', 'data-key': a.name },
  h('h3', null, a.title), command(a.example, `${noun} ${a.title}`)))

// empty says that there is nothing, and what to do about it.
export const empty = (title, ...next) => h('div', { class: 'empty' }, h('h2', null, title), next)

// pairs are names and values, one a line.
export const pairs = (list) => h('dl', { class: 'headers' }, list.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))))

// headers are those of a message, by name.
export const headers = (message) => pairs(Object.entries(message.header ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, values]) => values.map((v) => [name, v])))

// finder is a field whose words are told as they are typed.
export const finder = (placeholder, label, told) => h('input', { type: 'search', placeholder, 'aria-label': label, autocomplete: 'off',
  oninput: (e) => told(e.target.value.toLowerCase().split(/\s+/).filter(Boolean)) })

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
