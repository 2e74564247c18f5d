// Webhooks of a world: where they go, what became of each, and one more attempt.

import { bearer, call } from './api.js'
import { body } from './body.js'
import { h, render } from './dom.js'
import { instant, took } from './format.js'
import { command, empty, field, form, headers, pill, statusPill } from './parts.js'
import { attempt } from './said.js'

const shown = 100 // deliveries, the newest

const kinds = { delivered: 'good', failed: 'bad', pending: 'accent', dropped: 'warn' }

export class Webhooks {
  constructor(root, session, links) {
    this.root = root
    this.session = session
    this.links = links
    this.deliveries = null
    this.read = () => this.load()
    session.addEventListener('tick', this.read)
    this.keys = { Escape: { does: 'close', press: () => { if (this.id) location.hash = this.links.webhooks() } } }
  }

  async open([id]) {
    this.id = id
    if (this.deliveries) this.render()
    await this.load()
  }

  close() {
    this.session.removeEventListener('tick', this.read)
    this.closed = true
  }

  async load() {
    try {
      this.names ??= (await call('GET', this.session.at('/coverage'))).providers
        .flatMap((p) => p.webhooks.map((w) => `${p.name}.webhook.${w.name}`))
      this.deliveries = (await call('GET', this.session.at('/webhooks', `limit=${shown}`))).deliveries.reverse()
    } catch {
      return // the session says so
    }
    if (!this.closed) this.render()
  }

  render() {
    const { view } = this.session
    if (!view) return
    render(this.root, h('div', { class: 'page' },
      h('section', { class: 'panel', 'aria-labelledby': 'targets' }, h('h2', { id: 'targets' }, 'Where they go'),
        h('div', { class: 'targets' }, Object.keys(view.settings).map((p) => this.target(p, view.webhooks[p]?.url))),
        form({ class: 'inline trigger' }, ({ event }, button) => this.trigger(event, button),
          field('Event', { name: 'event', options: this.names.map((n) => h('option', null, n)) }), h('button', null, 'Send it now'))),
      h('section', { 'aria-labelledby': 'sent' }, h('h2', { id: 'sent' }, 'Sent, or on their way'),
        this.deliveries.length === shown && h('p', { class: 'figures' }, `The newest ${shown}`),
        this.deliveries.length === 0 ? this.begin() : this.table())))
  }

  target(provider, url) {
    return form({ class: 'inline target', 'data-key': provider }, ({ url: to }, button) => this.aim(provider, to.trim(), button),
      field(provider, { name: 'url', type: 'url', value: url ?? '', placeholder: 'http://127.0.0.1:9000/events', 'aria-label': `Where events of ${provider} go` }),
      h('button', { 'aria-label': `Set where events of ${provider} go` }, 'Set'))
  }

  aim(provider, url, button) {
    return attempt(this.session, button, ['PATCH', '', { webhooks: { [provider]: url ? { url } : null } }],
      () => (url ? `Events of ${provider} go to ${url}.` : `Events of ${provider} go nowhere of this world's own.`))
  }

  trigger(event, button) {
    return attempt(this.session, button, ['POST', '/webhooks/trigger', { event }], told)
  }

  resend(id, button) {
    return attempt(this.session, button, ['POST', `/webhooks/${encodeURIComponent(id)}/resend`, {}], told)
  }

  begin() {
    const provider = Object.keys(this.session.view.settings)[0]
    return empty('None yet', h('p', null, 'Tell the world where its receiver listens, above or like this, and then order something or send an event:'),
      command(`curl -X PATCH${bearer()} ${location.origin}/_sim${this.session.path} -d '{"webhooks":{"${provider}":{"url":"http://127.0.0.1:9000/events"}}}'`, 'a call that sets where events go'))
  }

  table() {
    return h('table', { class: 'cards deliveries' },
      h('thead', null, h('tr', null, ['State', 'Event', 'When', 'Attempts', 'To', ''].map((t) => (t ? h('th', { scope: 'col' }, t) : h('td', null))))),
      this.deliveries.map((d) => h('tbody', { 'data-key': d.id },
        h('tr', null,
          h('td', { 'data-label': 'State' }, pill(d.state, kinds[d.state])),
          h('th', { scope: 'row' }, h('a', { href: this.id === d.id ? this.links.webhooks() : this.links.webhooks(d.id), 'aria-expanded': String(this.id === d.id) }, d.event)),
          h('td', { 'data-label': 'When' }, h('time', null, instant(d.at)), d.due && h('small', null, ` again ${instant(d.due)}`)),
          h('td', { 'data-label': 'Attempts' }, d.attempts.map((a) => statusPill(a.status)), d.rule && pill(d.rule, 'accent')),
          h('td', { 'data-label': 'To', class: 'to' }, d.url),
          h('td', null, h('button', { 'aria-label': `Resend ${d.event} ${d.id}`, onclick: (e) => this.resend(d.id, e.target) }, 'Resend'))),
        this.id === d.id && h('tr', { class: 'opened' }, h('td', { colspan: 6 }, attempts(d))))))
  }
}

function told(d) {
  const a = d.attempts.at(-1)
  if (!a) return `${d.event} is ${d.state}.`
  const answer = a.status ? `The receiver answered ${a.status}` : `There was no answer: ${a.error}`
  return `${d.event}, attempt ${d.attempts.length}. ${answer}${a.taken ? ', which counts as received.' : ', which does not count as received.'}`
}

const attempts = (d) => [
  h('p', { class: 'muted' }, 'Delivery ', h('code', null, d.id)),
  h('ol', { class: 'attempts' }, d.attempts.map((a, i) => h('li', null,
    h('h3', null, `Attempt ${i + 1}, `, h('time', null, instant(a.at)), ' ', statusPill(a.status), ' ', h('small', null, took(a.latencyNs))),
    a.error && h('p', { class: 'error' }, a.error),
    h('div', { class: 'sides' },
      h('section', { 'aria-label': 'Sent' }, h('h4', null, 'Sent'),
        headers(a.request),
        body(`Body of attempt ${i + 1}`, a.request.body ?? '')),
      h('section', { 'aria-label': 'Answer' }, h('h4', null, 'Answer'),
        a.answer ? body(`Answer to attempt ${i + 1}`, a.answer) : h('p', { class: 'muted none' }, 'No body')))))),
]
