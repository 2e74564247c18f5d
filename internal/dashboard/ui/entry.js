// One request of the journal: what was odd, and request and answer side by side.

import { access } from './api.js'
import { command } from './curl.js'
import { body } from './body.js'
import { h, render } from './dom.js'
import { count, instant, took } from './format.js'
import { empty, headers, pill, statusPill } from './parts.js'
import { copy } from './said.js'

export class EntryPane {
  constructor(root, session, links) {
    this.root = root
    this.session = session
    this.links = links
  }

  async show(id) {
    this.entry = this.failed = null
    this.id = id
    if (id === undefined) return render(this.root)
    let failed = null
    const entry = await this.session.entry(id).catch((problem) => { failed = problem })
    if (this.id !== id) return undefined
    Object.assign(this, { entry, failed })
    this.root.replaceChildren()
    this.root.scrollTop = 0
    render(this.root, entry ? this.parts(entry) : [
      this.close(), failed ? empty(failed.message) : empty(`There is no request ${id}`, h('p', null, 'It was forgotten, or the world began anew.'))])
    return undefined
  }

  close() {
    return h('a', { class: 'button close', href: this.links.journal(), 'aria-label': 'Close the request' }, '×')
  }

  parts(e) {
    return [
      h('header', null,
        h('h2', null, e.operation ?? 'No operation'), statusPill(e.status), e.error && pill(e.error),
        h('button', { class: 'main', onclick: () => this.copy() }, 'Copy as curl'), this.close(),
        h('p', { class: 'line' }, h('b', null, e.method), ' ', h('code', null, e.url)),
        h('p', { class: 'muted' }, `Request ${e.id}, at ${instant(e.at)} UTC${e.world ? ' in the world' : ''}, answered in ${took(e.durationNs)}`)),
      this.odd(e),
      h('div', { class: 'sides' },
        this.side('Request', e.request, e.findings ?? []),
        this.side('Answer', e.response, [])),
      this.happened(e),
    ]
  }

  // odd is what the client should know: findings first, then what was done to the answer.
  odd(e) {
    const notes = [
      ...(e.findings ?? []).map((f) => h('li', { class: 'warn' },
        h('p', null, f.message), h('p', { class: 'muted' }, h('code', null, f.code), f.pointer && [' at ', h('code', null, f.pointer)], f.basis && `, basis: ${f.basis}`))),
      e.hint && h('li', { class: 'warn' }, h('p', null, e.hint), h('p', { class: 'muted' }, 'Told to the client in the header X-Esimsim-Hint')),
      e.fault && h('li', { class: 'bad' }, h('p', null, `The wire did this to the answer: ${e.fault}. What follows is what was left of it.`)),
      ...(e.rules ?? []).map((rule) => h('li', { class: 'accent' }, h('p', null, 'A rule of a scenario fired: ', h('code', null, rule)))),
    ].filter(Boolean)
    return notes.length > 0 && h('ul', { class: 'notes', 'aria-label': 'Findings' }, notes)
  }

  side(title, message, findings) {
    const n = Object.keys(message.header ?? {}).length
    return h('section', { 'aria-label': title },
      h('h3', null, title),
      h('details', null, h('summary', null, count(n, 'header')), headers(message)),
      message.body
        ? body(`${title} body`, message.body, findings.map((f) => f.pointer).filter(Boolean))
        : h('p', { class: 'muted none' }, 'No body'))
  }

  happened(e) {
    return e.edges && h('section', { 'aria-label': 'What it changed' }, h('h3', null, 'What it changed'),
      h('ol', { class: 'edges' }, e.edges.map((one) => h('li', null,
        one.webhook
          ? [h('b', null, one.webhook), ' ', h('a', { href: this.links.webhooks(one.id) }, one.id), ` attempt ${one.attempt}: ${one.status ?? one.error}`]
          : [h('b', null, one.edge), ' ', h('code', null, one.id)]))))
  }

  // copy needs the keys of the world, which the journal does not hold.
  async copy() {
    const e = this.entry
    if (!e) return
    const apis = e.world ? await access(e.world).catch(() => []) : []
    const { text, signed, missing } = command(e, apis.find((a) => a.name === e.provider)?.credentials ?? [])
    await copy(text, signed
      ? 'Copied. This API wants each request signed, so it is a command of esimsim sign that signs it and sends it.'
      : missing ? 'Copied. No key of this world belongs to it: put yours in the place of YOUR-KEY.' : 'Copied as curl.')
  }
}
