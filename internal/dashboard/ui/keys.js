// The keyboard: one table of keys for the whole page and one for the page shown.

import { h } from './dom.js'

const typing = (element) => element.closest('input, textarea, select, [contenteditable]') !== null

// listen calls what a key stands for. Keys typed into a field, or held with another, are
// not ours; Escape leaves a field.
export function listen(tables) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector('dialog[open]')) return
    if (typing(event.target)) {
      if (event.key === 'Escape') event.target.blur()
      return
    }
    const key = tables().find((table) => table[event.key])?.[event.key]
    if (!key) return
    event.preventDefault()
    key.press()
  })
}

// help shows what the keys do.
export function help(tables) {
  const rows = tables.flatMap((table) => Object.entries(table))
  const dialog = h('dialog', { class: 'keys', 'aria-labelledby': 'keys-title' },
    h('h2', { id: 'keys-title' }, 'Keys'),
    h('dl', null, rows.map(([key, { does }]) => h('div', null, h('dt', null, h('kbd', null, key)), h('dd', null, does))),
      h('div', null, h('dt', null, h('kbd', null, 'Enter')), h('dd', null, 'opens what has the focus'))),
    h('button', { onclick: () => dialog.close() }, 'Close'))
  dialog.onclose = () => dialog.remove()
  document.body.append(dialog)
  dialog.showModal()
}
