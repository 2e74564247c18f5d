// A state machine as a picture: the present state lit, and what can happen from there.

import { svg } from './dom.js'
import { last } from './format.js'
import { layout } from './layout.js'

const letter = 7.2 // width of one, about
const high = 30 // of a state

// arrows joins edges that lead from one state to the same other.
function arrows(machine) {
  const joined = new Map()
  for (const edge of machine.edges) {
    if (!edge.to) continue
    for (const from of edge.from) {
      if (from === edge.to) continue
      const key = `${from}\n${edge.to}`
      const one = joined.get(key) ?? { from, to: edge.to, names: [], follows: true }
      if (!one.names.includes(edge.edge)) one.names.push(edge.edge)
      one.follows &&= edge.follows === true
      joined.set(key, one)
    }
  }
  return [...joined.values()]
}

// picture draws the machine of a thing in so much width: from left to right where it fits,
// else downwards.
export function picture(machine, thing, width) {
  const wide = draw(machine, thing, false)
  return wide.width <= width ? wide.element : draw(machine, thing, true).element
}

function draw(machine, thing, down) {
  const edges = arrows(machine)
  const nodes = machine.states.map((id) => {
    const long = id.length * letter + 26
    return { id, size: down ? high : long, extent: down ? long : high }
  })
  const label = (e) => e.names.map(last).join(', ')
  const longest = Math.max(0, ...edges.map((e) => label(e).length)) * 6.2
  const plan = layout(nodes, edges, down ? { gap: 58, apart: 26 } : { gap: Math.max(56, longest + 34), apart: 22 })
  const pad = 12
  const at = (p) => (down ? { x: pad + p.across, y: pad + p.along } : { x: pad + p.along, y: pad + p.across })
  const width = 2 * pad + (down ? plan.across : plan.along)
  const height = 2 * pad + (down ? plan.along : plan.across)
  spread(plan.lines)
  const open = (line) => line.from === thing.state && line.names.some((n) => thing.moves.includes(n))
  const taken = []
  const lines = plan.lines.toSorted((a, b) => open(a) - open(b))
  const element = svg('svg', {
    class: 'machine', viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`, width: Math.ceil(width), height: Math.ceil(height),
    role: 'img', 'aria-label': words(machine, thing, edges, open),
  },
  lines.map((line) => svg('g', { class: ['arrow', open(line) && 'open', line.follows && 'follows'].filter(Boolean).join(' ') },
    svg('path', { class: 'way', d: way(line.points, at, down) }), tip(line, at, down))),
  lines.map((line) => {
    const text = label(line)
    const { x, y } = clear(taken, middle(line.points, at), text.length * 6.2)
    return svg('text', { class: open(line) ? 'edge open' : 'edge', x, y, 'text-anchor': 'middle', dy: '0.32em' }, text)
  }),
  plan.nodes.map((n) => {
    const { x, y } = at(n)
    const [w, h] = down ? [n.extent, n.size] : [n.size, n.extent]
    return svg('g', { class: n.id === thing.state ? 'state lit' : 'state' },
      svg('rect', { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: 15 }),
      svg('text', { x, y, 'text-anchor': 'middle', dy: '0.35em' }, n.id))
  }))
  return { element, width }
}

// spread keeps the two ways between two states apart.
function spread(lines) {
  for (const line of lines) {
    if (!lines.some((l) => l.from === line.to && l.to === line.from)) continue
    for (const p of line.points) p.across += line.back ? 9 : -9
  }
}

function way(points, at, down) {
  let d = ''
  points.forEach((p, i) => {
    const { x, y } = at(p)
    if (i === 0) {
      d = `M${x} ${y}`
      return
    }
    const before = at(points[i - 1])
    const [cx, cy] = [(x + before.x) / 2, (y + before.y) / 2]
    d += down ? `C${before.x} ${cy} ${x} ${cy} ${x} ${y}` : `C${cx} ${before.y} ${cx} ${y} ${x} ${y}`
  })
  return d
}

// tip is the head of the arrow, which stands along the layers as all lines end so.
function tip(line, at, down) {
  const { x, y } = at(line.points.at(-1))
  const s = line.back ? -1 : 1
  const corners = down ? [[x, y], [x - 4, y - 8 * s], [x + 4, y - 8 * s]] : [[x, y], [x - 8 * s, y - 4], [x - 8 * s, y + 4]]
  return svg('polygon', { points: corners.map((c) => c.join(' ')).join(',') })
}

function middle(points, at) {
  const i = Math.floor((points.length - 1) / 2)
  const [a, b] = [at(points[i]), at(points[i + 1])]
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}

// clear moves a label until it covers no other.
function clear(taken, { x, y }, width) {
  const hits = (at) => taken.some((t) => Math.abs(t.x - x) < (t.width + width) / 2 + 4 && Math.abs(t.y - at) < 13)
  for (const shift of [0, -13, 13, -26, 26, -39, 39]) {
    if (hits(y + shift)) continue
    y += shift
    break
  }
  taken.push({ x, y, width })
  return { x, y }
}

// words say what the picture shows.
function words(machine, thing, edges, open) {
  const next = edges.filter(open).map((e) => `${e.names.map(last).join(' or ')} to ${e.to}`)
  return `${machine.title}, now ${thing.state}. ${next.length ? `From here: ${next.join('; ')}.` : 'Nothing leads on by itself.'} States: ${machine.states.join(', ')}.`
}
