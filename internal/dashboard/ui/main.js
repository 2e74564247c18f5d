// The frame: which page is shown, its tabs, and the keys.

import { onLocked } from './api.js'
import { h, render } from './dom.js'
import { ClockStrip } from './clock.js'
import { Coverage } from './coverage.js'
import { Journal } from './journal.js'
import { help, listen } from './keys.js'
import { links, parts } from './links.js'
import { empty } from './parts.js'
import { hush, say } from './said.js'
import { Scenarios } from './scenarios.js'
import { Session } from './session.js'
import { State } from './state.js'
import { askToken } from './token.js'
import { Webhooks } from './webhooks.js'
import { Refused, Worlds } from './worlds.js'

const tabs = [
  { name: 'journal', title: 'Journal', page: Journal },
  { name: 'state', title: 'State', page: State },
  { name: 'webhooks', title: 'Webhooks', page: Webhooks },
  { name: 'scenarios', title: 'Scenarios', page: Scenarios },
  { name: 'coverage', title: 'Coverage', page: Coverage },
]

const main = document.getElementById('main')
const top = document.getElementById('top')

const gone = h('div') // before the page

let session = null // of the world that is shown
let strip = null // its clock
let page = null
let shown = '' // which page that is, without what is open in it

// place reads the address: which world, which page of it, and what is open there.
function place() {
  const [first, second, third, ...rest] = parts(location.hash)
  if (first === 'worlds' && second) {
    const tab = tabs.find((t) => t.name === third) ?? tabs[0]
    return { world: second, tab, rest: third ? rest : [] }
  }
  if (first === 'coverage') return { title: 'Coverage', open: (root) => new Coverage(root, null), rest: [] }
  if (first === 'refused') return { title: 'Refused requests', refused: true, rest: second ? [second] : [] }
  return { title: 'Worlds', open: (root) => new Worlds(root), rest: [] }
}

function go() {
  const to = place()
  enter(to)
  const key = [to.world, to.tab?.name ?? to.title].join('\n')
  if (key !== shown) {
    page?.close()
    const root = h('div', { class: 'view' })
    const title = h('h1', { tabindex: -1 }, to.tab?.title ?? to.title)
    main.replaceChildren(title, gone, root)
    page = to.tab ? new to.tab.page(root, session, links(to.world)) : to.refused ? new Journal(root, session, { journal: links.refused }) : to.open(root)
    if (shown) title.focus({ preventScroll: true })
    shown = key
    scrollTo(0, 0)
  }
  forgotten()
  open(page, to.rest)
  document.title = [...to.rest.slice(-1), to.tab?.title ?? to.title, to.world, 'esimsim'].filter(Boolean).join(' · ')
  frame(to)
}

async function open(one, rest) {
  try {
    await one.open(rest)
  } catch (problem) {
    if (one === page) say(problem.message, { kind: 'bad' })
  }
}

// forgotten says in the place of the page that its world is no more.
function forgotten() {
  const away = session?.state === 'gone'
  gone.nextSibling.hidden = away
  render(gone, away && empty('This world was forgotten',
    h('p', null, `${session.name} was deleted, or the simulator was started anew. It comes back with the next request of a client, or at once:`),
    h('p', null, h('button', { class: 'main', onclick: () => session.anew() }, 'Make it anew'))))
}

// enter opens the session of a world, and leaves the one before.
function enter(to) {
  const name = to.world ?? (to.refused ? '' : undefined)
  if (session && (session.lone ? '' : session.name) === name) return
  strip?.close()
  session?.close()
  strip = session = null
  if (name === undefined) return
  hush()
  session = to.refused ? new Refused() : new Session(name)
  if (!to.refused) strip = new ClockStrip(document.getElementById('clock'), session)
  session.addEventListener('state', forgotten)
  session.addEventListener('problem', (e) => say(e.detail.message, { kind: 'bad' }))
  session.open()
}

function frame(to) {
  render(top,
    h('a', { class: 'brand', href: links.worlds(), 'aria-label': 'esimsim, all worlds' }, h('img', { src: 'ui/icon.svg', alt: '', width: 20, height: 20 }), h('span', null, 'esimsim')),
    h('span', { class: 'where', title: to.world }, to.world ?? ''),
    h('nav', { 'aria-label': to.world ? `World ${to.world}` : 'Pages' }, to.world
      ? tabs.map((t) => h('a', { href: links(to.world)[t.name](), 'aria-current': t === to.tab && 'page' }, t.title))
      : [h('a', { href: links.worlds(), 'aria-current': to.title === 'Worlds' && 'page' }, 'Worlds'),
        h('a', { href: links.coverage(), 'aria-current': to.title === 'Coverage' && 'page' }, 'Coverage')]),
    h('div', { class: 'tools' },
      h('button', { class: 'quiet', id: 'theme', 'aria-label': `Theme: ${esimsimTheme.name()}`, title: 'Theme', onclick: theme }, { auto: '◐', light: '☀', dark: '☾' }[esimsimTheme.name()]),
      h('button', { class: 'quiet', 'aria-label': 'Keys', title: 'Keys', onclick: () => help(tables()) }, '?')))
}

function theme() {
  esimsimTheme.next()
  frame(place())
}

const always = {
  '?': { does: 'these keys', press: () => help(tables()) },
  t: { does: 'another theme', press: theme },
  w: { does: 'all worlds', press: () => { location.hash = links.worlds() } },
}

function tables() {
  const { world: name } = place()
  const byNumber = name ? Object.fromEntries(tabs.map((t, i) => [i + 1, { does: t.title, press: () => { location.hash = links(name)[t.name]() } }])) : {}
  return [page?.keys ?? {}, byNumber, always]
}

listen(tables)
// Escape closes what was said before it closes anything else.
document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && hush()) event.stopImmediatePropagation() }, { capture: true })
document.getElementById('skip').onclick = (event) => { event.preventDefault(); main.focus() }
onLocked(askToken)
window.addEventListener('hashchange', go)
go()
