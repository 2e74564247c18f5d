// Coverage as a picture: each API a grid of operations and statuses, lit where met.

import { call } from './api.js'
import { h, later, render } from './dom.js'
import { count, kindOf } from './format.js'
import { say } from './said.js'

const kinds = ['operations', 'statuses', 'errors', 'edges', 'webhooks']
const every = 5000 // milliseconds, where no session tells of requests

export class Coverage {
  // Without a session it is that of all worlds.
  constructor(root, session) {
    this.root = root
    this.session = session
    this.draw = later(() => this.render())
    this.look = () => { if (!this.report || session.entries.at(-1)?.id !== this.seen) this.load() }
    session?.addEventListener('tick', this.look)
    this.read = () => this.load()
    session?.addEventListener('view', this.read) // time brings edges and webhooks
    if (!session) this.poll = setInterval(() => document.hidden || this.load(), every)
    this.unmet = false
    this.keys = {}
  }

  open() {
    return this.load()
  }

  close() {
    this.session?.removeEventListener('tick', this.look)
    this.session?.removeEventListener('view', this.read)
    clearInterval(this.poll)
  }

  async load() {
    const seen = this.session?.entries.at(-1)?.id
    try {
      this.report = await call('GET', this.session ? this.session.at('/coverage') : '/coverage')
      this.seen = seen
      this.draw()
    } catch (problem) {
      if (problem.status === 404) this.session?.refresh() // which says that the world is gone
      else say(problem.message, { kind: 'bad' })
    }
  }

  render() {
    const { report } = this
    render(this.root, h('div', { class: 'page coverage' },
      h('p', { class: 'figures' }, this.session ? 'Met in this world since its start. ' : 'Met in all worlds since the simulator started, also in those that have left. ',
        h('a', { href: this.session ? '#/coverage' : '#/' }, this.session ? 'All worlds together' : 'The worlds'), '.'),
      h('div', { class: 'bar' },
        h('button', { 'aria-pressed': String(this.unmet), onclick: () => { this.unmet = !this.unmet; this.render() } }, 'Only what was never met'),
        h('span', { class: 'legend', 'aria-hidden': 'true' }, h('i', { class: 'cell met' }), 'met', h('i', { class: 'cell' }), 'never', h('i', { class: 'cell met extra' }), 'met, though the document does not have it')),
      report.providers.map((p) => this.provider(p))))
  }

  provider(p) {
    const { met, of } = p.totals.operations
    const list = this.unmet ? p.operations.filter((o) => o.statuses.some((s) => s.count === 0)) : p.operations
    const columns = [...new Set(p.operations.flatMap((o) => o.statuses.map((s) => s.status)))].sort((a, b) => a - b)
    return h('section', { class: 'panel', 'data-key': p.name, 'aria-label': `Coverage of ${p.title}` },
      h('h2', null, p.title, ' ', h('small', null, `${met} of ${count(of, 'operation')}`)),
      h('ul', { class: 'meters' }, kinds.map((kind) => meter(kind, p.totals[kind]))),
      h('div', { class: 'picture-of' },
        h('table', { class: 'grid' },
          h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Operation'), columns.map((c) => h('th', { scope: 'col' }, c)))),
          h('tbody', null, list.map((o) => h('tr', { 'data-key': o.name, class: o.count ? '' : 'never' },
            h('th', { scope: 'row', title: `${o.method} ${o.path}` }, o.name),
            columns.map((c) => cell(o, o.statuses.find((s) => s.status === c))))))),
        h('div', null, ['errors', 'edges', 'webhooks'].map((kind) => this.items(kind, p[kind])))))
  }

  items(kind, items) {
    const list = this.unmet ? items.filter((i) => i.count === 0) : items
    return list.length > 0 && h('section', { 'aria-label': kind }, h('h3', null, kind[0].toUpperCase() + kind.slice(1)),
      h('ul', { class: 'chips' }, list.map((i) => h('li', { class: i.count ? 'met' : '' }, i.name, h('span', { class: i.count ? 'n' : 'hidden' }, i.count ? ` ${i.count}` : ' never')))))
  }
}

// meter is a bar with its figures in words.
function meter(kind, { met, of }) {
  return h('li', null, h('span', null, kind), h('meter', { min: 0, max: Math.max(of, 1), value: met, 'aria-label': `${kind} met` }), h('b', null, `${met} of ${of}`))
}

function cell(o, s) {
  if (!s) return h('td', null, h('span', { class: 'hidden' }, 'not declared'))
  const words = s.count ? `met ${s.count === 1 ? 'once' : `${s.count} times`}` : 'never'
  return h('td', null, h('span', {
    class: `cell ${s.count ? `met ${kindOf(s.status)}` : ''} ${s.undeclared ? 'extra' : ''}`, title: `${o.name} ${s.status}: ${words}`,
  }, h('span', { class: 'hidden' }, words)))
}
