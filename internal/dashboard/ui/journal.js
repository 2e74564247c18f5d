// The journal of a world as it comes: newest first, with what was odd in plain words.

import { access, download } from './api.js'
import { h, later, render } from './dom.js'
import { count, day, short, time, took } from './format.js'
import { EntryPane } from './entry.js'
import { command, empty, pill, statusPill } from './parts.js'
import { say } from './said.js'
import { kept } from './session.js'

const searched = (e) => [e.id, e.method, e.url, e.status, e.operation, e.error, e.fault, e.hint,
  ...(e.findings ?? []).flatMap((f) => [f.code, f.message]), ...(e.rules ?? [])].join('\n').toLowerCase()

export class Journal {
  constructor(root, session, links) {
    this.root = root
    this.session = session
    this.links = links
    this.words = []
    this.odd = false
    this.drawn = later(() => this.render())
    this.events = ['entries', 'state']
    for (const kind of this.events) session.addEventListener(kind, this.drawn)
    this.list = h('div', { class: 'list', key: 'list' })
    this.pane = new EntryPane(h('section', { class: 'pane', 'aria-label': 'Request' }), session, links)
    this.root.replaceChildren(h('div', { class: 'journal' }, h('section', { class: 'rows', 'aria-label': 'Requests' }, this.bar(), this.list), this.pane.root))
    this.keys = {
      j: { does: 'next request', press: () => this.step(1) },
      k: { does: 'request before', press: () => this.step(-1) },
      '/': { does: 'find', press: () => this.find.focus() },
      f: { does: 'only requests with findings', press: () => this.only() },
      c: { does: 'copy the open request as curl', press: () => this.pane.copy() },
      Escape: { does: 'close', press: () => this.leave() },
    }
  }

  // open shows an entry beside the list; none closes it.
  async open([id]) {
    this.id = id
    this.root.firstChild.classList.toggle('split', id !== undefined)
    this.render()
    await this.pane.show(id)
  }

  close() {
    for (const kind of this.events) this.session.removeEventListener(kind, this.drawn)
  }

  leave() {
    if (this.id === undefined) return
    const id = this.id
    location.hash = this.links.journal()
    requestAnimationFrame(() => this.row(id)?.focus())
  }

  row(id) {
    return this.list.querySelector(`[data-key="e${CSS.escape(id)}"] a`)
  }

  // step goes to the row after or before the one in focus or open, and opens it where one
  // is open.
  step(by) {
    const rows = [...this.list.querySelectorAll('a.row')]
    if (rows.length === 0) return
    const here = rows.findIndex((row) => (this.id === undefined ? row === document.activeElement : row.dataset.id === this.id))
    const row = rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + by))]
    row.focus()
    row.scrollIntoView({ block: 'nearest' })
    if (this.id !== undefined) location.hash = row.hash
  }

  only() {
    this.odd = !this.odd
    this.toggle.setAttribute('aria-pressed', String(this.odd))
    this.render()
  }

  bar() {
    this.find = h('input', { type: 'search', placeholder: 'Find: createOrder 400', 'aria-label': 'Find requests by operation, path, status or finding', autocomplete: 'off',
      oninput: () => { this.words = this.find.value.toLowerCase().split(/\s+/).filter(Boolean); this.render() },
      onkeydown: (e) => { if (e.key === 'Enter') this.step(1) } })
    this.toggle = h('button', { 'aria-pressed': 'false', onclick: () => this.only() }, 'With findings')
    this.figures = h('p', { class: 'figures' })
    const har = h('button', { onclick: () => this.har() }, 'Save as HAR')
    return h('div', { class: 'bar' }, this.find, this.toggle, har, this.figures)
  }

  async har() {
    try {
      await download(`${this.session.path}/requests?format=har`, `${this.session.name}.har`)
    } catch (problem) {
      say(problem.message, { kind: 'bad' })
    }
  }

  chosen() {
    return this.session.entries.filter((e) => {
      if (this.odd && !e.findings) return false
      if (this.words.length === 0) return true
      e.text ??= searched(e)
      return this.words.every((w) => e.text.includes(w))
    })
  }

  render() {
    const { entries, lost, state } = this.session
    const chosen = this.chosen().reverse()
    const states = { live: ['live', 'good'], connecting: ['connecting', 'plain'], lost: ['trying to reconnect', 'bad'] }
    render(this.figures, pill(...states[state]), ' ',
      chosen.length === entries.length ? count(entries.length, 'request') : `${chosen.length} of ${count(entries.length, 'request')}`,
      entries.length === kept && `, the newest ${kept}`, lost > 0 && `; ${lost} came too fast to be shown`)
    if (entries.length === 0) {
      if (state === 'live') this.begin()
      return
    }
    render(this.list, chosen.length === 0
      ? empty('Nothing fits', h('p', null, 'No request has all these words. Findings are searched as well.'))
      : h('ol', { class: 'entries', key: 'entries' }, chosen.map((e) => this.line(e))))
  }

  line(e) {
    const at = new Date(e.at)
    const first = e.findings?.[0]
    return h('li', { 'data-key': `e${e.id}` }, h('a', {
      class: 'row', href: this.links.journal(e.id), 'data-id': e.id, 'aria-current': e.id === this.id && 'true',
    },
    h('span', { class: 'status' }, statusPill(e.status)),
    h('span', { class: 'what' }, h('b', null, e.operation ? short(e.operation) : 'no operation'), e.provider && h('i', null, e.provider)),
    h('span', { class: 'path' }, h('span', { class: 'method' }, e.method), ' ', e.url),
    h('span', { class: 'marks' },
      e.error && pill(e.error, 'plain'), e.fault && pill(`fault: ${e.fault}`, 'bad'), e.rules && pill(count(e.rules.length, 'rule'), 'accent')),
    h('span', { class: 'when' }, h('time', { datetime: e.at, title: `${day(at)} in the world` }, time(at)), h('small', null, took(e.durationNs))),
    first && h('span', { class: 'finding' }, first.message, e.findings.length > 1 && ` (and ${e.findings.length - 1} more)`),
    !first && e.hint && h('span', { class: 'finding' }, e.hint)))
  }

  // begin tells a world without requests how to get one.
  async begin() {
    if (this.session.lone) return render(this.list, empty('None', h('p', null, 'Every request so far had a key that names a world.')))
    this.apis ??= await access(this.session.name).catch(() => [])
    if (this.session.entries.length > 0) return undefined
    return render(this.list, empty('No requests yet',
      h('p', null, 'Send one with a key of this world, and it shows here at once:'),
      this.apis.filter((api) => api.example).map((api) => h('div', { class: 'begin' }, h('h3', null, api.title), command(api.example, `a request to ${api.title}`)))))
  }
}
