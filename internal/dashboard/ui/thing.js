// One order or eSIM: the machines of what belongs to it, with the legal moves as buttons,
// and what a device can do with an eSIM.

import { h, render } from './dom.js'
import { instant, last, span } from './format.js'
import { picture } from './machine.js'
import { empty, form, pill } from './parts.js'
import { attempt, copy } from './said.js'

export class ThingPane {
  constructor(root, session, links) {
    this.root = root
    this.session = session
    this.links = links
  }

  show(what, machines) {
    this.machines = machines
    if (!what) return render(this.root)
    if (!what.found) return render(this.root, this.close(), empty(`There is no ${what.name}`, h('p', null, 'The world began anew, or it is older than what is shown.')))
    const { found } = what
    return render(this.root, what.kind === 'orders' ? this.order(found) : what.kind === 'esims' ? this.esim(found) : this.other(found))
  }

  close() {
    return h('a', { class: 'button close', href: this.links.state(), 'aria-label': 'Close' }, '×')
  }

  head(title, provider, ...lines) {
    return h('header', null, h('h2', null, title), pill(provider), this.close(), lines)
  }

  order(o) {
    return [
      this.head(o.id, o.provider,
        h('p', { class: 'muted' }, `Placed ${instant(o.at)}`, o.reference && [', reference ', h('code', null, o.reference)])),
      this.machine(o),
      this.things(o),
      o.esims.length > 0 && h('section', { 'aria-label': 'Its eSIMs' }, h('h3', null, 'Its eSIMs'),
        h('ul', { class: 'plain' }, o.esims.map((iccid) => h('li', null, h('a', { href: this.links.state('esims', iccid) }, iccid))))),
    ]
  }

  esim(e) {
    const order = this.session.view.orders.find((o) => o.provider === e.provider && o.esims.includes(e.iccid))
    return [
      this.head(e.iccid, e.provider,
        h('p', { class: 'muted' }, `Issued ${instant(e.issuedAt)}, `, e.onDevice ? `on a device${e.country ? ` in ${e.country}` : ''}` : 'on no device',
          order && [', of order ', h('a', { href: this.links.state('orders', order.provider, order.id) }, order.id)])),
      this.device(e),
      this.things(e),
      h('details', null, h('summary', null, 'QR code'),
        h('p', null, h('code', null, e.lpa), ' ', h('button', { 'aria-label': 'Copy the activation code', onclick: () => copy(e.lpa, 'Copied.') }, 'Copy')),
        h('img', { class: 'qr', loading: 'lazy', width: 180, height: 180, alt: `QR code of ${e.lpa}`, src: `/_sim/qr/${encodeURIComponent(this.session.name)}/${encodeURIComponent(e.iccid)}.png` })),
    ]
  }

  other(t) {
    return [this.head(t.label ?? t.id, t.provider), this.machine(t)]
  }

  // things are those of an order or an eSIM, of many the newest.
  things({ things, thingsTotal: all }) {
    return [things.length < all && h('p', { class: 'muted' }, `The newest ${things.length} of ${all} are shown.`), things.map((t) => this.machine(t))]
  }

  // machine is a thing with its picture, and beside it what can happen now.
  machine(t) {
    const machine = this.machines.find((m) => m.provider === t.provider && m.entity === t.entity)
    const title = machine?.title ?? t.entity
    const id = `moves-${t.entity}-${t.id}`
    return h('section', { 'data-key': `${t.entity} ${t.id}`, 'aria-label': `${title} ${t.label ?? t.id}`, class: 'panel thing' },
      h('h3', null, title, ' ', pill(t.state, 'lit'), t.label && h('small', null, ' ', t.label)),
      machine && h('div', { class: 'picture' }, picture(machine, t, Math.max(260, this.root.clientWidth - 64))),
      h('div', { class: 'moves' },
        h('h4', { id }, t.moves.length ? 'Make it happen' : 'No move is open from here'),
        h('div', { role: 'group', 'aria-labelledby': id, class: 'levers' }, t.moves.map((m) => this.move(machine, t, m))),
        machine && this.waits(machine, t)))
  }

  // move is a button. An edge may lead two ways from one state, and the world knows which.
  move(machine, t, { edge, to }) {
    const known = machine?.edges.find((e) => e.edge === edge && !e.follows && e.from.includes(t.state))
    return h('button', {
      'aria-label': `Pass ${edge}`, title: known && `${to ? `to ${to}` : 'the state stays'}. Basis: ${known.basis}, ${known.source}. By itself: ${known.policy}.`,
      onclick: (e) => this.pass(edge, t.id, e.currentTarget),
    }, last(edge), to && to !== last(edge) && h('small', null, ` → ${to}`))
  }

  pass(edge, id, button) {
    return attempt(this.session, button, ['POST', '/edges', { edge, id }], () => `Passed ${edge}.`)
  }

  // waits are edges that come by themselves, by time or by being looked at.
  waits(machine, t) {
    const list = this.session.view.waiting.filter((w) => w.id === t.id && machine.edges.some((e) => e.edge === w.edge && !e.follows))
    return list.length > 0 && h('ul', { class: 'plain muted' }, list.map((w) => h('li', null, 'Comes by itself: ', h('b', null, last(w.edge)),
      w.due && ` ${instant(w.due)}, in ${span(Date.parse(w.due) - this.session.now())}`,
      w.looksLeft !== undefined && `${w.due ? ', or' : ''} after ${w.looksLeft} more looks at it`)))
  }

  device(e) {
    const act = (action, body, button) => attempt(this.session, button, ['POST', `/esims/${encodeURIComponent(e.iccid)}/${action}`, body],
      ({ status, usedBytes }) => `The device did it: the eSIM is ${status}${action === 'use' ? `, ${usedBytes} bytes were used` : ''}.`)
    return h('section', { class: 'device', 'aria-label': 'Device', 'data-key': 'device' },
      h('h3', null, 'A device'),
      h('div', { class: 'levers' },
        h('button', { onclick: (ev) => act('install', {}, ev.target) }, 'Install'),
        form({ class: 'inline' }, ({ country }, button) => act('attach', country ? { country } : {}, button),
          h('input', { name: 'country', size: 3, maxlength: 2, placeholder: 'JP', 'aria-label': 'Country to attach in', autocomplete: 'off' }), h('button', null, 'Attach')),
        form({ class: 'inline' }, ({ mb }, button) => act('use', { mb: Number(mb) }, button),
          h('input', { name: 'mb', type: 'number', min: 0, step: 'any', value: 100, 'aria-label': 'Megabytes to use' }), h('button', null, 'Use MB')),
        h('button', { onclick: (ev) => act('remove', {}, ev.target) }, 'Remove')))
  }
}
