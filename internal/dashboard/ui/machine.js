// A state machine as a picture: the present state lit, and what can happen from there.

import { svg } from './dom.js'
import { last } from './format.js'
import { layout } from './layout.js'

const letter = 7.2 // width of one, about
const small = 6.2 // and in the name of an edge
const high = 30 // of a state
const pad = 10

// ways are what leads from one state to another, and back: all edges between two states
// are one line.
function ways(machine, thing) {
  const lines = new Map()
  for (const edge of machine.edges) {
    for (const from of edge.from) {
      const { to } = edge
      if (!to || from === to) continue
      const turned = lines.has(`${to}\n${from}`)
      const key = turned ? `${to}\n${from}` : `${from}\n${to}`
      const line = lines.get(key) ?? { from, to, names: [], moves: new Set(), follows: true }
      if (!line.names.includes(last(edge.edge))) line.names.push(last(edge.edge))
      line.follows &&= edge.follows === true
      const open = from === thing.state && thing.moves.some((m) => m.edge === edge.edge && m.to === to)
      line.open ||= open
      if (open) line.moves.add(last(edge.edge))
      line[turned ? 'backward' : 'forward'] ||= open ? 'open' : 'shut'
      lines.set(key, line)
    }
  }
  return [...lines.values()]
}

// picture draws the machine of a thing in so much width: from left to right where it fits,
// else downwards.
export function picture(machine, thing, width) {
  const wide = draw(machine, thing, false)
  return wide.width <= width ? wide.element : draw(machine, thing, true).element
}

function draw(machine, thing, down) {
  const edges = ways(machine, thing)
  const nodes = machine.states.map((id) => {
    const long = id.length * letter + 26
    return { id, size: down ? high : long, extent: down ? long : high }
  })
  const longest = Math.max(0, ...edges.map((e) => e.names.join(' / ').length)) * small
  const plan = layout(nodes, edges, down ? { gap: 54, apart: 26 } : { gap: Math.max(52, longest + 34), apart: 20 })
  const at = ({ along, across }) => (down ? { x: across, y: along } : { x: along, y: across })
  const lines = plan.lines.toSorted((a, b) => Boolean(a.open) - Boolean(b.open))
  const labels = lines.map((line) => ({ text: line.names.join(' / '), names: line.names, moves: line.moves, ...middle(line.points, at) }))
  settle(labels)
  const left = Math.min(0, ...labels.map((l) => l.x - l.width / 2)) - pad
  const right = Math.max(down ? plan.across : plan.along, ...labels.map((l) => l.x + l.width / 2)) + pad
  const [width, height] = [Math.ceil(right - left), Math.ceil((down ? plan.along : plan.across) + 2 * pad)]
  const element = svg('svg', { class: 'machine', viewBox: `${left} ${-pad} ${width} ${height}`, width, height, role: 'img', 'aria-label': words(machine, thing, edges) },
    lines.map((line) => svg('g', { class: ['arrow', line.open && 'open', line.follows && 'follows'].filter(Boolean).join(' ') },
      svg('path', { d: way(line.points.map(at), down) }),
      line.forward && tip(at(line.points.at(-1)), line.back ? -1 : 1, line.forward, down),
      line.backward && tip(at(line.points[0]), line.back ? 1 : -1, line.backward, down))),
    labels.map(({ names, moves, x, y }) => svg('text', { class: 'edge', x, y, 'text-anchor': 'middle', dy: '0.32em' },
      names.map((name, i) => [i > 0 && ' / ', moves.has(name) ? svg('tspan', { class: 'open' }, name) : name]))),
    plan.nodes.map((n) => {
      const { x, y } = at(n)
      const [w, h] = down ? [n.extent, n.size] : [n.size, n.extent]
      return svg('g', { class: n.id === thing.state ? 'state lit' : 'state' },
        svg('rect', { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: 15 }),
        svg('text', { x, y, 'text-anchor': 'middle', dy: '0.35em' }, n.id))
    }))
  return { element, width }
}

function way(points, down) {
  let d = `M${points[0].x} ${points[0].y}`
  points.slice(1).forEach((b, i) => {
    const a = points[i]
    const [x, y] = [(a.x + b.x) / 2, (a.y + b.y) / 2]
    d += down ? `C${a.x} ${y} ${b.x} ${y} ${b.x} ${b.y}` : `C${x} ${a.y} ${x} ${b.y} ${b.x} ${b.y}`
  })
  return d
}

// tip is the head of an arrow. It lies along the layers, as all lines end so.
function tip({ x, y }, sign, kind, down) {
  const back = 8 * sign
  const points = down ? [x, y, x - 4, y - back, x + 4, y - back] : [x, y, x - back, y - 4, x - back, y + 4]
  return svg('polygon', { class: kind, points: points.join(' ') })
}

function middle(points, at) {
  const i = Math.floor((points.length - 1) / 2)
  const [a, b] = [at(points[i]), at(points[i + 1])]
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}

// settle moves labels up or down until none covers another.
function settle(labels) {
  labels.forEach((label, i) => {
    label.width = label.text.length * small
    const free = (y) => labels.slice(0, i).every((l) => Math.abs(l.x - label.x) >= (l.width + label.width) / 2 + 4 || Math.abs(l.y - y) >= 13)
    label.y += [0, -13, 13, -26, 26].find((shift) => free(label.y + shift)) ?? 0
  })
}

// words say what the picture shows.
function words(machine, thing, edges) {
  const next = edges.filter((e) => e.open).map((e) => `${[...e.moves].join(' or ')} to ${e.from === thing.state ? e.to : e.from}`)
  return `${machine.title}, now ${thing.state}. ${next.length ? `From here: ${next.join('; ')}.` : 'Nothing leads on from here.'} States: ${machine.states.join(', ')}.`
}
