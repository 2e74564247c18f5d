// What a world holds: accounts, orders, eSIMs and what is on them, each with its state
// machine and the moves that the state allows.

import { access, call } from './api.js'
import { accounts } from './accounts.js'
import { h, render } from './dom.js'
import { instant } from './format.js'
import { begin, empty, pill, sure } from './parts.js'
import { attempt } from './said.js'
import { Split } from './split.js'
import { ThingPane } from './thing.js'

export class State extends Split {
  constructor(root, session, links) {
    super(root, session, links, ['view'], { home: links.state(), label: 'Order or eSIM', noun: 'order or eSIM' })
    root.firstChild.classList.add('things')
    this.pane = new ThingPane(this.side, session, links)
    this.missing = () => this.read().catch(() => {}) // the next look may do better
    session.addEventListener('tick', this.missing)
    this.resized = new ResizeObserver(this.draw)
    this.resized.observe(this.side)
  }

  // open takes ['orders', provider, id], ['esims', iccid], ['things', provider, id] or nothing.
  async open(what) {
    this.what = what
    this.split(what.length > 1)
    this.render()
    await this.read()
  }

  // read gets what does not change, unless it is there.
  async read() {
    if (this.machines && this.apis) return
    const [{ machines }, apis] = await Promise.all([call('GET', '/machines'), access(this.session.name)])
    Object.assign(this, { machines, apis })
    this.render()
  }

  close() {
    super.close()
    this.session.removeEventListener('tick', this.missing)
    this.resized.disconnect()
  }

  render() {
    const { view } = this.session
    if (!view || !this.machines) return
    const { state } = this.links
    this.pane.show(this.found(view), this.machines)
    render(this.list,
      accounts(this.session, this.apis ?? []),
      view.orders.length + view.esims.length + view.things.length === 0 && this.begin(),
      this.table('Orders', view.ordersTotal, ['Order', 'State', 'API', 'Placed', 'Reference'], view.orders, (o) => [
        state('orders', o.provider, o.id), o.id, pill(o.state), o.provider, instant(o.at), o.reference ?? '']),
      this.table('eSIMs', view.esimsTotal, ['ICCID', 'State', 'API', 'Issued', 'Device'], view.esims, (e) => [
        state('esims', e.iccid), e.iccid, pill(e.status), e.provider, instant(e.issuedAt), [e.onDevice ? 'on a device' : 'not installed', e.country && ` in ${e.country}`]]),
      this.table('Beside them', view.thingsTotal, ['Name', 'State', 'API', 'Kind'], view.things, (t) => [
        state('things', t.provider, t.id), t.label ?? t.id, pill(t.state), t.provider, t.entity]),
      h('p', { 'data-key': 'reset' }, h('button', { onclick: (e) => this.again(e.target) }, 'Reset this world')))
  }

  // table lists the newest first; a row is its address, its name and the other cells.
  table(title, all, columns, list, row) {
    const id = title.replaceAll(' ', '-')
    return list.length > 0 && h('section', { 'aria-labelledby': id, 'data-key': title },
      h('h2', { id }, title, ' ', h('small', null, list.length < all ? `the newest ${list.length} of ${all}` : all)),
      h('table', { class: 'cards' },
        h('thead', null, h('tr', null, columns.map((c) => h('th', { scope: 'col' }, c)))),
        h('tbody', null, list.toReversed().map(row).map(([href, name, ...cells]) => h('tr', { 'data-key': href, 'aria-current': href === location.hash && 'true' },
          h('th', { scope: 'row' }, h('a', { href }, name)),
          cells.map((cell, i) => h('td', { 'data-label': columns[i + 1] }, cell)))))))
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
    return empty('No orders yet', h('p', null, 'Order something with a key of this world:'), begin(this.apis ?? [], 'an order at'))
  }

  again(button) {
    sure(`Reset the world ${this.session.name}? Its orders, eSIMs and journal are forgotten.`, 'Reset it',
      () => attempt(this.session, button, ['POST', '/reset', {}], () => 'The world begins anew.'))
  }
}
