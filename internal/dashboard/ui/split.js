// A page with a list, and beside it what is open in it.

import { h, later } from './dom.js'

export class Split {
  // The page is drawn anew at these events of the session. It has a render, and home says
  // where it is when nothing is open.
  constructor(root, session, links, events, { home, label, noun }) {
    Object.assign(this, { root, session, links, events, home })
    this.draw = later(() => this.render())
    for (const kind of events) session.addEventListener(kind, this.draw)
    this.list = h('div', { class: 'rows' })
    this.side = h('section', { class: 'pane', 'aria-label': label })
    root.replaceChildren(h('div', { class: 'journal' }, this.list, this.side))
    this.keys = {
      j: { does: `next ${noun}`, press: () => this.step(1) },
      k: { does: `${noun} before`, press: () => this.step(-1) },
      Escape: { does: 'close', press: () => this.leave() },
    }
  }

  close() {
    for (const kind of this.events) this.session.removeEventListener(kind, this.draw)
  }

  // split makes room for what is opened, or none.
  split(opened) {
    this.opened = opened
    this.root.firstChild.classList.toggle('split', opened)
    this.side.scrollTop = 0
  }

  rows() {
    return [...this.list.querySelectorAll('a.row, tbody th a')]
  }

  // step goes to the row after or before the one in focus or open, and opens it where one
  // is open.
  step(by) {
    const rows = this.rows()
    const here = rows.findIndex((row) => (this.opened ? row.hash === location.hash : row === document.activeElement))
    const row = rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + by))]
    row?.focus()
    if (row && this.opened) location.hash = row.hash
  }

  // leave closes what is open and goes back to its row.
  leave() {
    if (!this.opened) return
    this.split(false)
    this.rows().find((row) => row.hash === location.hash)?.focus()
    location.hash = this.home
  }
}
