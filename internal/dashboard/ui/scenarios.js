// Scenarios as switches: the bundled ones and those that are on for another reason.

import { call } from './api.js'
import { h, render } from './dom.js'
import { count } from './format.js'
import { finder, form } from './parts.js'
import { attempt } from './said.js'

export class Scenarios {
  constructor(root, session) {
    this.root = root
    this.session = session
    this.words = []
    this.draw = () => this.render()
    session.addEventListener('view', this.draw)
    this.missing = () => this.read().catch(() => {}) // the next look may do better
    session.addEventListener('tick', this.missing)
    this.keys = { '/': { does: 'find', press: () => this.root.querySelector('input[type=search]')?.focus() } }
  }

  open() {
    this.render()
    return this.read()
  }

  // read gets what does not change, unless it is there.
  async read() {
    if (this.scenarios) return
    this.scenarios = (await call('GET', '/scenarios')).scenarios
    this.render()
  }

  close() {
    this.session.removeEventListener('view', this.draw)
    this.session.removeEventListener('tick', this.missing)
  }

  flip(name, on, button) {
    return attempt(this.session, button, [on ? 'PUT' : 'DELETE', `/scenarios/${encodeURIComponent(name)}`],
      (view) => {
        this.session.show(view)
        return on ? `${name} is on.` : `${name} is off.`
      })
  }

  // add switches a scenario of the user's own on.
  async add(yaml, button, sheet) {
    const view = await attempt(this.session, button, ['POST', '/scenarios', yaml],
      (v) => `On in this world now: ${v.scenarios.join(', ')}.`)
    if (view) sheet.reset()
  }

  render() {
    const { view } = this.session
    if (!view || !this.scenarios) return
    const on = view.scenarios
    const fits = (s) => this.words.every((w) => `${s.name} ${s.summary}`.toLowerCase().includes(w))
    const own = on.filter((name) => !this.scenarios.some((s) => s.name === name)).map((name) => ({ name, summary: 'Not bundled: it came with a file or a body.' }))
    const groups = Map.groupBy([...own, ...this.scenarios].filter(fits), (s) => s.name.split('-')[0])
    render(this.root, h('div', { class: 'page' },
      h('p', { class: 'figures' }, on.length === 0
        ? `None of ${count(this.scenarios.length, 'scenario')} is on: everything goes well.`
        : ['On, the later ones winning: ', on.map((name, i) => [i > 0 && ', ', h('b', null, name)]), '.']),
      h('div', { class: 'bar' }, finder('Find a scenario', 'Find a scenario', (words) => { this.words = words; this.render() })),
      [...groups].map(([group, list]) => h('section', { 'data-key': group, 'aria-label': `Scenarios of ${group}` }, h('h2', null, group),
        h('ul', { class: 'switches' }, list.map((s) => this.line(s, on.includes(s.name)))))),
      groups.size === 0 && h('p', { class: 'muted' }, 'No scenario has these words.'),
      h('details', { class: 'panel' }, h('summary', null, 'One of your own'),
        form({}, ({ yaml }, button, sheet) => this.add(yaml, button, sheet),
          h('label', { class: 'field' }, h('span', null, 'YAML, as esimsim scenario lint takes it'),
            h('textarea', { name: 'yaml', rows: 9, required: true, spellcheck: 'false', placeholder: 'version: 1\nname: mine\nsummary: …\nrules:\n  - on: "*"\n    do: {delay: 700ms}' })),
          h('button', null, 'Switch it on')))))
  }

  line(s, on) {
    return h('li', { 'data-key': s.name }, h('button', {
      role: 'switch', class: 'switch', 'aria-checked': String(on), 'aria-label': s.name, 'aria-describedby': `about-${s.name}`,
      onclick: (e) => this.flip(s.name, !on, e.currentTarget),
    }, h('span', { class: 'knob' })),
    h('div', null, h('b', null, s.name), h('p', { id: `about-${s.name}` }, s.summary)))
  }
}
