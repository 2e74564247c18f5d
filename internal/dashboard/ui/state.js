// What a world holds: accounts, orders, eSIMs and what is on them, each with its state
// machine and the moves that the state allows.

import { access, call } from './api.js'
import { accounts } from './accounts.js'
import { h, later, render } from './dom.js'
import { instant } from './format.js'
import { ThingPane } from './thing.js'
import { command, empty, pill, sure } from './parts.js'
import { attempt, say } from './said.js'

export class State {
  constructor(root, session, links) {
    this.root = root
    this.session = session
    this.links = links
    this.draw = later(() => this.render())
    session.addEventListener('view', this.draw)
    this.lists = h('div', { class: 'rows' })
    this.pane = new ThingPane(h('section', { class: 'pane', 'aria-label': 'Order or eSIM' }), session, links)
    root.replaceChildren(h('div', { class: 'journal things' }, this.lists, this.pane.root))
    this.keys = {
      j: { does: 'next order or eSIM', press: () => this.step(1) },
      k: { does: 'order or eSIM before', press: () => this.step(-1) },
      Escape: { does: 'close', press: () => this.leave() },
    }
    this.resized = new ResizeObserver(this.draw)
    this.resized.observe(this.pane.root)
  }

  // open takes ['orders', provider, id], ['esims', iccid], ['things', provider, id] or nothing.
  async open(what) {
    this.what = what
    this.root.firstChild.classList.toggle('split', what.length > 1)
    try {
      this.machines ??= (await call('GET', '/machines')).machines
      this.apis ??= await access(this.session.name)
    } catch (problem) {
      say(problem.message, { kind: 'bad' })
    }
    this.pane.root.scrollTop = 0
    this.render()
  }

  close() {
    this.session.removeEventListener('view', this.draw)
    this.resized.disconnect()
  }

  leave() {
    if (this.what.length < 2) return
    const hash = location.hash
    location.hash = this.links.state()
    requestAnimationFrame(() => this.lists.querySelector(`a[href="${CSS.escape(hash)}"]`)?.focus())
  }

  step(by) {
    const rows = [...this.lists.querySelectorAll('th a')]
    const open = this.what.length > 1
    const here = rows.findIndex((row) => (open ? row.hash === location.hash : row === document.activeElement))
    const row = rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + by))]
    if (!row) return
    row.focus()
    if (open) location.hash = row.hash
  }

  render() {
    const { view } = this.session
    if (!view || !this.machines || !this.what) return
    this.pane.show(this.found(view), this.machines)
    const none = view.orders.length + view.esims.length + view.things.length === 0
    render(this.lists,
      accounts(this.session, this.apis ?? []),
      none && this.begin(),
      view.orders.length > 0 && this.table('Orders', view.ordersTotal, view.orders.toReversed().map((o) => ({
        href: this.links.state('orders', o.provider, o.id), name: o.id, cells: [pill(o.state), o.provider, instant(o.at), o.reference ?? ''],
      })), ['Order', 'State', 'API', 'Placed', 'Reference']),
      view.esims.length > 0 && this.table('eSIMs', view.esimsTotal, view.esims.toReversed().map((e) => ({
        href: this.links.state('esims', e.iccid), name: e.iccid, cells: [pill(e.status), e.provider, instant(e.issuedAt), [e.onDevice ? 'on a device' : 'not installed', e.country && ` in ${e.country}`]],
      })), ['ICCID', 'State', 'API', 'Issued', 'Device']),
      view.things.length > 0 && this.table('Beside them', view.things.length, view.things.toReversed().map((t) => ({
        href: this.links.state('things', t.provider, t.id), name: t.label ?? t.id, cells: [pill(t.state), t.provider, t.entity],
      })), ['Name', 'State', 'API', 'Kind']),
      h('div', { class: 'bar danger', 'data-key': 'danger' },
        h('button', { onclick: (e) => this.again(e.target) }, 'Reset this world')))
  }

  table(title, all, rows, columns) {
    const id = `list-${title.replaceAll(' ', '')}`
    return h('section', { 'aria-labelledby': id, 'data-key': title }, h('h2', { id }, title, ' ', h('small', null, rows.length < all ? `the newest ${rows.length} of ${all}` : all)),
      h('table', { class: 'cards' },
        h('thead', null, h('tr', null, columns.map((c) => h('th', { scope: 'col' }, c)))),
        h('tbody', null, rows.map((row) => h('tr', { 'data-key': row.href, 'aria-current': row.href === location.hash && 'true' },
          h('th', { scope: 'row' }, h('a', { href: row.href }, row.name)),
          row.cells.map((cell, i) => h('td', { 'data-label': columns[i + 1] }, cell)))))))
  }

  // found is what is open.
  found(view) {
    const [kind, ...key] = this.what
    if (key.length === 0) return null
    const same = (t) => t.provider === key[0] && t.id === key[1]
    const found = kind === 'orders' ? view.orders.find(same) : kind === 'esims' ? view.esims.find((e) => e.iccid === key[0]) : view.things.find(same)
    return { kind, found, name: key.at(-1) }
  }

  begin() {
    const examples = (this.apis ?? []).filter((a) => a.example)
    return empty('No orders yet', h('p', null, 'Order something with a key of this world:'),
      examples.slice(0, 2).map(({ title, example }) => h('div', { class: 'begin' }, h('h3', null, title), command(example, `an order at ${title}`))))
  }

  again(button) {
    sure(`Reset the world ${this.session.name}? Its orders, eSIMs and journal are forgotten.`, 'Reset it',
      () => attempt(this.session, button, () => call('POST', `${this.session.path}/reset`, {}), () => 'The world begins anew.'))
  }
}
