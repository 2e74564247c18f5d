// What the dashboard says after something was done, in a region that is read aloud.

import { call } from './api.js'
import { h, render } from './dom.js'
import { instant } from './format.js'

const shown = 8
let fades = 0

const root = () => document.getElementById('said')

export function hush() {
  const had = root().childElementCount > 0
  render(root())
  return had
}

// say shows a sentence, and under it what happened in the world on the way.
export function say(sentence, { kind = 'plain', happened = [], brief = false } = {}) {
  clearTimeout(fades)
  if (brief) fades = setTimeout(hush, 5000)
  render(root(), h('div', { class: `note ${kind}` },
    h('p', null, sentence),
    happened.length > 0 && h('ol', null, (happened.length > shown ? summed(happened) : happened).map((one) => h('li', null,
      h('time', null, instant(one.at)), ' ', one.times, h('b', null, one.webhook ?? one.edge), ' ', h('code', null, one.id), outcome(one)))),
    h('button', { class: 'quiet close', 'aria-label': 'Dismiss', onclick: hush }, '×'),
  ))
}

// summed is what happened by its name, since a month may hold a hundred things.
function summed(happened) {
  return [...Map.groupBy(happened, (one) => one.webhook ?? one.edge)].map(([name, list]) => (list.length === 1 ? list[0] : {
    at: list[0].at, edge: name, times: `and later, ${list.length} times `,
  }))
}

// outcome is what became of an attempt to deliver a webhook.
function outcome(one) {
  if (!one.webhook) return null
  return ` attempt ${one.attempt}: ${one.status ?? one.error}`
}

// attempt calls the API below the session's world and says what came of it; done makes the
// sentence of the answer. While it lasts the button that was pressed is busy.
export async function attempt(session, button, [method, path, body], done) {
  button?.setAttribute('aria-busy', 'true')
  try {
    const answer = await call(method, session.path + path, body)
    const sentence = done(answer)
    if (sentence) say(sentence, { kind: 'good', happened: answer?.happened, brief: !answer?.happened?.length })
    return answer
  } catch (problem) {
    say(problem.message, { kind: 'bad', happened: problem.happened })
    return null
  } finally {
    button?.removeAttribute('aria-busy')
    session.refresh()
  }
}

// copy puts a text on the clipboard; where that is forbidden it is shown to be copied by
// hand.
export async function copy(text, sentence) {
  try {
    await navigator.clipboard.writeText(text)
    say(sentence, { kind: 'good', brief: true })
  } catch {
    byHand(text)
  }
}

function byHand(text) {
  const dialog = h('dialog', { 'aria-label': 'Text to copy' },
    h('p', null, 'The browser lets no page copy here. Select it and copy it yourself:'),
    h('textarea', { rows: 8, readonly: true, 'aria-label': 'Text to copy' }, text),
    h('button', { onclick: () => dialog.close() }, 'Close'))
  dialog.onclose = () => dialog.remove()
  document.body.append(dialog)
  dialog.showModal()
  dialog.querySelector('textarea').select()
}
