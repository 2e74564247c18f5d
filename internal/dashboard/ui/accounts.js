// The accounts of a world: balances, and the settings that change answers.

import { h } from './dom.js'
import { form } from './parts.js'
import { attempt } from './said.js'

// accounts shows one form for each API.
export function accounts(session, apis) {
  return h('section', { 'aria-label': 'Accounts', 'data-key': 'accounts', class: 'accounts' },
    Object.entries(session.view.settings).map(([name, settings]) => account(session, name, apis.find((a) => a.name === name)?.title ?? name, settings)))
}

function account(session, name, title, { balance, ...settings }) {
  const change = async (values, button, sheet) => {
    const changed = Object.fromEntries(Object.entries(values)
      .filter(([key, value]) => value !== sheet.elements[key].getAttribute('value'))
      .map(([key, value]) => [key, sheet.elements[key].type === 'number' ? Number(value) : value]))
    if (Object.keys(changed).length === 0) return
    const view = await attempt(session, button, ['PATCH', '', { [name]: changed }], () => `${title}: ${Object.keys(changed).join(', ')} changed.`)
    if (view) {
      session.show(view)
      sheet.reset()
    }
  }
  const number = (value) => typeof value === 'number'
  return form({ 'data-key': name, class: 'account' }, change,
    h('h2', null, title),
    balance !== undefined && h('label', { class: 'balance' }, h('span', null, 'Balance'),
      h('input', { name: 'balance', type: 'number', step: 'any', min: 0, value: balance, autocomplete: 'off' })),
    h('details', null, h('summary', null, `${Object.keys(settings).length} settings`),
      Object.entries(settings).map(([key, value]) => h('label', { class: 'field' }, h('span', null, key),
        h('input', { name: key, type: number(value) ? 'number' : 'text', step: number(value) && 'any', value, autocomplete: 'off', spellcheck: 'false' })))),
    h('button', { 'aria-label': `Set for ${title}` }, 'Set'))
}
