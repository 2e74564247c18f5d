// The form for the control token, which the simulator asks for where others than this
// machine can reach it.

import { h } from './dom.js'

// askToken shows the form until a token is given.
export function askToken(wrong) {
  return new Promise((given) => {
    const input = h('input', { type: 'password', name: 'token', required: true, autocomplete: 'off', pattern: '[^\\u0000-\\u001f\\u007f]+', title: 'No control characters', 'aria-describedby': wrong && 'token-wrong' })
    const dialog = h('dialog', { 'aria-labelledby': 'token-title', class: 'token' },
      h('form', { method: 'dialog', onsubmit: (event) => {
        event.preventDefault()
        dialog.close()
        dialog.remove()
        given(input.value.trim())
      } },
      h('h2', { id: 'token-title' }, 'Control token'),
      h('p', null, 'This simulator can be reached from other machines, so it asks who steers it. It printed the token when it started, unless ', h('code', null, '--control-token'), ' gave one.'),
      h('label', { class: 'field' }, h('span', null, 'Token'), input),
      wrong && h('p', { class: 'error', id: 'token-wrong', role: 'alert' }, 'That was not the token.'),
      h('button', { class: 'main' }, 'Go on'),
      h('p', { class: 'muted' }, 'Kept in this tab until it is closed.')))
    dialog.oncancel = (event) => event.preventDefault()
    document.body.append(dialog)
    dialog.showModal()
  })
}
