// The strip with the world's clock: what time it is there, and the levers that move it.

import { h, render } from './dom.js'
import { instant, span } from './format.js'
import { form, pill } from './parts.js'
import { attempt } from './said.js'

const steps = [['1h', '+1 h', 'an hour'], ['1d', '+1 d', 'a day'], ['30d', '+30 d', '30 days']]

export class ClockStrip {
  constructor(root, session) {
    this.root = root
    this.session = session
    this.draw = () => this.render()
    this.there = () => { root.hidden = session.state === 'gone' }
    session.addEventListener('tick', this.draw)
    session.addEventListener('state', this.there)
    this.ticks = setInterval(() => session.clock?.mode === 'follow' && !document.hidden && this.tell(), 500)
    root.hidden = false
    render(root)
  }

  close() {
    this.session.removeEventListener('tick', this.draw)
    this.session.removeEventListener('state', this.there)
    clearInterval(this.ticks)
    this.root.hidden = true
  }

  move(body, button, done) {
    return attempt(this.session, button, ['POST', '/clock', body], done)
  }

  advance(by, button) {
    const done = ({ now, happened }) => `Advanced by ${by} to ${instant(now)}. ${happened.length ? 'This happened on the way:' : 'Nothing happened on the way.'}`
    return this.move({ advance: by }, button, done)
  }

  render() {
    const { clock, view } = this.session
    const frozen = clock.mode === 'frozen'
    render(this.root,
      h('div', { class: 'now' },
        h('time', { id: 'now' }, instant(this.session.now())), h('abbr', { title: 'Coordinated Universal Time' }, 'UTC'),
        frozen ? pill('frozen', 'accent') : pill(clock.rate === 1 ? 'runs' : `runs ${clock.rate} times as fast`)),
      h('div', { class: 'levers' },
        steps.map(([by, text, name]) => h('button', { 'aria-label': `Advance ${name}`, onclick: (e) => this.advance(by, e.target) }, text)),
        form({ class: 'inline' }, ({ by }, button) => this.advance(by.trim(), button),
          h('input', { name: 'by', required: true, size: 6, placeholder: '36h', 'aria-label': 'How far to advance: 90s, 36h or 30d', autocomplete: 'off' }),
          h('button', null, 'Advance')),
        frozen
          ? h('button', { onclick: (e) => this.move({ follow: true }, e.target, () => 'The clock runs.') }, 'Let it run')
          : h('button', { onclick: (e) => this.move({ freeze: true }, e.target, ({ now }) => `The clock stands at ${instant(now)}.`) }, 'Freeze')),
      this.next(view))
  }

  // next is what falls due first.
  next(view) {
    const due = view.waiting.filter((w) => w.due).sort((a, b) => Date.parse(a.due) - Date.parse(b.due))[0]
    if (!due) return null
    const seconds = Math.max(0, Math.ceil((Date.parse(due.due) - this.session.now()) / 1000))
    return h('div', { class: 'next' }, h('span', null, 'Next: ', h('b', null, due.edge), ' in ', span(seconds * 1000)),
      h('button', { 'aria-label': `Advance to ${due.edge}`, onclick: (e) => this.advance(`${seconds}s`, e.target) }, 'Go there'))
  }

  tell() {
    const now = document.getElementById('now')
    if (now) now.textContent = instant(this.session.now())
  }
}
