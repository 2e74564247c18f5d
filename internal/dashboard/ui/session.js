// A session holds what is known of one world and keeps it fresh: the journal by its
// stream, the rest by asking, and neither while nobody looks.

import { call, stream, world } from './api.js'

// kept is how many entries the page holds; the simulator holds more.
export const kept = 500

const every = 3000 // milliseconds between looks at what has no stream
const again = 1500 // before a broken stream is tried again

// Events: "entries" when the journal grew, "state" for whether it is live, "view" when
// the world differs, "tick" after each look at it, "problem" with one.
export class Session extends EventTarget {
  constructor(name) {
    super()
    this.name = name
    this.path = world(name)
    this.entries = [] // oldest first
    this.lost = 0
    this.state = 'connecting'
    this.last = undefined // event of the stream, of the run of the journal that is before its dash
    this.made = false // whether the world was there
    this.view = null
    this.fresh = null // texts of the view without its clock
    this.follows = null
    this.asked = this.answered = 0 // looks at the view, in their order
    this.visible = () => (document.hidden ? this.rest() : this.go())
  }

  open() {
    document.addEventListener('visibilitychange', this.visible)
    this.visible()
  }

  close() {
    document.removeEventListener('visibilitychange', this.visible)
    this.rest()
    this.closed = true
  }

  go() {
    if (this.follows || this.closed) return
    this.follows = new AbortController()
    this.keep(this.follows.signal)
    this.poll = setInterval(() => this.refresh(), every)
    this.refresh()
  }

  rest() {
    this.follows?.abort()
    this.follows = null
    clearInterval(this.poll)
  }

  // at is an address below that of the world. Once the world was there, to look at it does
  // not make it: it may have been deleted.
  at(path, ...query) {
    if (this.made) query.push('create=false')
    return this.path + path + (query.length > 0 ? `?${query.join('&')}` : '')
  }

  // keep follows the journal until the signal, and goes on where it broke off.
  async keep(signal) {
    while (!signal.aborted) {
      if (this.state !== 'gone') await this.follow(signal)
      if (this.state === 'none') return
      await new Promise((done) => setTimeout(done, again))
    }
  }

  async follow(signal) {
    try {
      await stream(this.at('/requests/stream', `limit=${kept}`), {
        after: this.last, signal,
        opened: () => this.be('live'),
        event: (kind, data, id) => this.take(kind, data, id),
      })
    } catch (problem) {
      if (signal.aborted) return
      if (problem.status === 404) this.gone()
      else this.be(problem.status === 400 ? 'none' : 'lost')
    }
  }

  take(kind, data, id) {
    if (kind === 'cleared' || (id && run(id) !== run(this.last ?? id))) this.forget()
    this.last = id ?? this.last
    if (kind === 'lost') this.lost += data.lost
    if (kind === 'request') {
      this.entries.push(data)
      if (this.entries.length > kept) this.entries.shift()
      this.soon()
    }
    this.say('entries')
  }

  forget() {
    this.entries = []
    this.lost = 0
    this.say('entries')
  }

  // gone is a world that was deleted, or that ended with the simulator.
  gone() {
    if (this.closed || this.state === 'gone') return
    this.fresh = this.last = undefined
    this.forget()
    this.be('gone')
    this.rest() // the stream may not know it yet
    if (!document.hidden) this.go()
  }

  // anew makes a world that is gone.
  anew() {
    this.made = false
    return this.refresh()
  }

  be(state) {
    this.state = state
    this.say('state')
  }

  say(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }))
  }

  // soon looks at the world once the requests that come in have paused.
  soon() {
    clearTimeout(this.waits)
    this.waits = setTimeout(() => this.refresh(), 120)
  }

  async refresh() {
    if (document.hidden || this.closed) return
    const asked = ++this.asked
    try {
      const view = await call('GET', this.at(''))
      this.made = true
      if (this.state === 'gone') this.be('connecting')
      if (asked > this.answered) this.show(view, asked) // else a later look was faster
      this.failing = false
    } catch (problem) {
      if (problem.status === 404) return this.gone()
      if (!this.failing) this.say('problem', problem) // and not at each look
      this.failing = true
    }
  }

  // show takes a view that was just read.
  show(view, asked = ++this.asked) {
    if (this.closed) return
    this.answered = asked
    this.clock = { at: Date.parse(view.clock.now), read: performance.now(), mode: view.clock.mode, rate: view.clock.rate }
    const fresh = JSON.stringify({ ...view, clock: [view.clock.mode, view.clock.rate, view.clock.mode === 'frozen' && view.clock.now] })
    this.view = view
    if (fresh !== this.fresh) {
      this.fresh = fresh
      this.say('view')
    }
    this.say('tick')
  }

  // now is the world's instant in milliseconds.
  now() {
    const { at, read, mode, rate } = this.clock
    return mode === 'follow' ? at + (performance.now() - read) * rate : at
  }

  // entry finds one, also one that is older than what the page holds.
  async entry(id) {
    return this.entries.find((e) => e.id === id) ?? call('GET', `${this.path}/requests/${encodeURIComponent(id)}`)
      .catch((problem) => { if (problem.status !== 404) throw problem })
  }
}

// run is what an event's id says of the run of the journal, which ends with a reset.
const run = (id) => id.slice(0, id.lastIndexOf('-'))
