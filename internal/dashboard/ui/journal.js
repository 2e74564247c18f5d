// The journal of a world as it comes: newest first, with what was odd in plain words.

import { access, download } from './api.js'
import { h, render } from './dom.js'
import { EntryPane } from './entry.js'
import { count, day, short, time, took } from './format.js'
import { begin, empty, finder, pill, statusPill } from './parts.js'
import { say } from './said.js'
import { kept } from './session.js'
import { Split } from './split.js'

const searched = (e) => [e.id, e.method, e.url, e.status, e.operation, e.error, e.fault, e.hint,
  ...(e.findings ?? []).flatMap((f) => [f.code, f.message]), ...(e.rules ?? [])].join('\n').toLowerCase()

const states = { live: ['live', 'good'], connecting: ['connecting', 'plain'], lost: ['trying to reconnect', 'bad'], none: ['no such world', 'bad'], gone: ['forgotten', 'bad'] }

export class Journal extends Split {
  constructor(root, session, links) {
    super(root, session, links, ['entries', 'state'], { home: links.journal(), label: 'Request', noun: 'request' })
    this.pane = new EntryPane(this.side, session, links)
    this.words = []
    this.find = finder('Find: createOrder 400', 'Find requests by operation, path, status or finding', (words) => { this.words = words; this.render() })
    this.find.onkeydown = (e) => { if (e.key === 'Enter') this.step(1) } // what returns false keeps the letter out
    this.toggle = h('button', { 'aria-pressed': 'false', onclick: () => this.only() }, 'With findings')
    this.figures = h('p', { class: 'figures' })
    this.entries = h('div')
    this.list.append(h('div', { class: 'bar' }, this.find, this.toggle, h('button', { onclick: () => this.har() }, 'Save as HAR'), this.figures), this.entries)
    Object.assign(this.keys, {
      '/': { does: 'find', press: () => this.find.focus() },
      f: { does: 'only requests with findings', press: () => this.only() },
      c: { does: 'copy the open request as curl', press: () => this.pane.copy() },
    })
  }

  // open shows an entry beside the list; none closes it.
  async open([id]) {
    this.id = id
    this.split(id !== undefined)
    this.render()
    await this.pane.show(id)
  }

  only() {
    this.odd = !this.odd
    this.toggle.setAttribute('aria-pressed', String(this.odd))
    this.render()
  }

  async har() {
    try {
      await download(this.session.at('/requests', 'format=har'), `${this.session.name}.har`)
    } catch (problem) {
      say(problem.message, { kind: 'bad' })
    }
  }

  fits(e) {
    if (this.odd && !e.findings) return false
    if (this.words.length > 0) e.text ??= searched(e)
    return this.words.every((w) => e.text.includes(w))
  }

  render() {
    const { entries, lost, state } = this.session
    if (this.pane.failed && state === 'live') this.pane.show(this.id)
    const chosen = entries.filter((e) => this.fits(e)).reverse()
    render(this.figures, pill(...states[state]), ' ',
      chosen.length === entries.length ? count(entries.length, 'request') : `${chosen.length} of ${count(entries.length, 'request')}`,
      entries.length === kept && `, the newest ${kept}`, lost > 0 && `; ${lost} came too fast to be shown`)
    if (entries.length === 0) {
      if (state === 'live') this.begin()
      return
    }
    render(this.entries, chosen.length === 0
      ? empty('Nothing fits', h('p', null, 'No request has all these words. Findings are searched as well.'))
      : h('ol', { class: 'entries' }, chosen.map((e) => this.line(e))))
  }

  line(e) {
    const at = new Date(e.at)
    const first = e.findings?.[0]
    return h('li', { 'data-key': e.id }, h('a', {
      class: 'row', href: this.links.journal(e.id), 'data-id': e.id, 'aria-current': e.id === this.id && 'true',
    },
    h('span', { class: 'status' }, statusPill(e.status)),
    h('span', { class: 'what' }, h('b', null, e.operation ? short(e.operation) : 'no operation'), e.provider && h('i', null, e.provider)),
    h('span', { class: 'path' }, h('span', { class: 'method' }, e.method), ' ', e.url),
    h('span', { class: 'marks' },
      e.error && pill(e.error), e.fault && pill(`fault: ${e.fault}`, 'bad'), e.rules && pill(count(e.rules.length, 'rule'), 'accent')),
    h('span', { class: 'when' }, h('time', { datetime: e.at }, h('span', { class: 'day' }, `${day(at)} `), time(at)), h('small', null, took(e.durationNs))),
    first && h('span', { class: 'finding' }, first.message, e.findings.length > 1 && ` (and ${e.findings.length - 1} more)`),
    !first && e.hint && h('span', { class: 'finding' }, e.hint)))
  }

  // begin tells a world without requests how to get one.
  async begin() {
    try {
      if (!this.session.lone) this.apis ??= await access(this.session.name)
    } catch {
      return // it is drawn again when the simulator is back
    }
    if (this.session.entries.length > 0) return
    render(this.entries, this.session.lone
      ? empty('None', h('p', null, 'Every request so far had a key that names a world.'))
      : empty('No requests yet', h('p', null, 'Send one with a key of this world, and it shows here at once:'), begin(this.apis, 'a request to')))
  }
}
