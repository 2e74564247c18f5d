// The worlds there are, how to get one, and requests that belong to none.

import { access, call } from './api.js'
import { h, render } from './dom.js'
import { count, instant, span } from './format.js'
import { command, empty, field, form, pairs } from './parts.js'
import { links } from './links.js'

const every = 3000 // milliseconds

export class Worlds {
  constructor(root) {
    this.root = root
    this.keys = {}
    this.poll = setInterval(() => document.hidden || this.load(), every)
  }

  open() {
    return this.load()
  }

  close() {
    clearInterval(this.poll)
    this.closed = true
  }

  async load() {
    try {
      const [{ worlds }, { requests }, health] = await Promise.all([call('GET', '/worlds'), call('GET', '/requests?limit=1'), call('GET', '/health')])
      this.apis ??= await access('demo')
      Object.assign(this, { worlds, health, refused: requests.at(-1) })
    } catch (problem) {
      if (!this.closed && !this.health) render(this.root, empty(problem.message, h('p', null, 'It is asked again every few seconds.')))
      return // the next look may do better
    }
    if (!this.closed) this.render()
  }

  render() {
    render(this.root, h('div', { class: 'page' },
      h('section', { 'aria-labelledby': 'worlds-title' },
        h('h2', { id: 'worlds-title' }, 'Worlds'),
        h('p', { class: 'muted' }, 'The name in a credential is a world: accounts, eSIMs, a clock and a journal of its own.'),
        this.worlds.length === 0
          ? empty('None yet', h('p', null, 'A world begins with the first request that names it. Paste one of these:'))
          : h('ul', { class: 'worlds' }, this.worlds.map((w) => h('li', { 'data-key': w.name },
            h('a', { href: links(w.name).journal() }, h('b', null, w.name), h('small', null, `last used ${ago(w.lastUsed)}`))))),
        form({ class: 'inline' }, ({ name }) => { location.hash = links(name.trim()).journal() },
          field('Open a world by name', { name: 'name', required: true, placeholder: 'demo' }), h('button', null, 'Open'))),
      this.refused && h('p', { class: 'notes one' }, h('a', { href: links.refused() }, 'Requests that no world could be found for'), `: the last was ${this.refused.method} ${this.refused.url}, answered ${this.refused.status}.`),
      h('p', null, h('a', { href: links.coverage() }, 'Coverage of all worlds')),
      h('section', { 'aria-labelledby': 'apis-title', class: 'panel' },
        h('h2', { id: 'apis-title' }, 'Point a client here'),
        this.apis.map((api) => h('div', { class: 'begin', 'data-key': api.name },
          h('h3', null, api.title, ' ', h('code', null, api.base)),
          pairs(api.credentials.map((c) => [c.name, c.value])),
          api.example && command(api.example, `a request to ${api.title}`)))),
      h('p', { class: 'muted' }, `esimsim ${this.health.version}, seed ${this.health.seed}, ${count(this.worlds.length, 'world')}.`)))
  }
}

function ago(when) {
  const passed = Date.now() - Date.parse(when)
  return passed < 2000 ? 'just now' : passed < 86400000 ? `${span(passed)} ago` : instant(when)
}

// Refused is what the journal's page needs of a session, for requests without a world.
// Nothing streams them, so they are asked for now and then.
export class Refused extends EventTarget {
  constructor() {
    super()
    this.name = 'refused'
    this.lone = true
    this.at = (path, query) => `${path}?${query}`
    this.entries = []
    this.lost = 0
    this.state = 'live'
  }

  open() {
    this.poll = setInterval(() => document.hidden || this.load(), every)
    return this.load()
  }

  close() {
    clearInterval(this.poll)
  }

  async load() {
    try {
      this.entries = (await call('GET', '/requests?limit=500')).requests
      this.state = 'live'
    } catch {
      this.state = 'lost'
    }
    this.dispatchEvent(new Event('entries'))
  }

  async entry(id) {
    if (this.entries.length === 0) await this.load()
    return this.entries.find((e) => e.id === id)
  }
}
