// A small layered layout for graphs of a handful of nodes: states stand in layers by how
// far from the first they are, edges lead from layer to layer, and those that skip layers
// or lead back pass through the layers between.

const sweeps = 16

// layout places nodes {id, size, extent} (along the layers and across them) for edges
// {from, to}; gap is between layers, apart between neighbours. It gives nodes a place and
// edges the points they pass, {along, across}, the ends included.
export function layout(nodes, edges, { gap, apart }) {
  const byID = new Map(nodes.map((n) => [n.id, { ...n, out: [], in: [] }]))
  const lines = orient([...byID.values()], edges)
  rank(byID, lines)
  const layers = fill(byID, lines)
  order(layers)
  return place(layers, byID, lines, gap, apart)
}

// orient turns edges that lead back around, so that no cycle is left.
function orient(nodes, edges) {
  const seen = new Set()
  const open = new Set()
  const lines = edges.map((e) => ({ ...e, back: false, via: [] }))
  const visit = (id) => {
    seen.add(id)
    open.add(id)
    for (const line of lines.filter((l) => l.from === id && !l.back)) {
      if (open.has(line.to)) line.back = true
      else if (!seen.has(line.to)) visit(line.to)
    }
    open.delete(id)
  }
  for (const n of nodes) if (!seen.has(n.id)) visit(n.id)
  for (const line of lines) [line.tail, line.head] = line.back ? [line.to, line.from] : [line.from, line.to]
  return lines
}

// rank gives each node the layer after the last of those that lead to it.
function rank(byID, lines) {
  for (const n of byID.values()) n.layer = 0
  for (let again = byID.size; again > 0; again--) {
    for (const { tail, head } of lines) byID.get(head).layer = Math.max(byID.get(head).layer, byID.get(tail).layer + 1)
  }
}

// fill makes the layers, with a bend of each edge in those that it passes.
function fill(byID, lines) {
  const layers = []
  const put = (n) => {
    ;(layers[n.layer] ??= []).push(n)
    return n
  }
  for (const n of byID.values()) put(n)
  for (const line of lines) {
    let from = byID.get(line.tail)
    const end = byID.get(line.head)
    for (let layer = from.layer + 1; layer < end.layer; layer++) {
      const bend = put({ bend: true, layer, size: 0, extent: 14, out: [], in: [] })
      line.via.push(bend)
      join(from, bend)
      from = bend
    }
    join(from, end)
  }
  return layers
}

function join(a, b) {
  a.out.push(b)
  b.in.push(a)
}

// order sorts each layer by where its neighbours stand, to and fro, until few edges cross.
function order(layers) {
  for (const layer of layers) layer.forEach((n, i) => { n.rank = i })
  for (let i = 0; i < sweeps; i++) {
    const down = i % 2 === 0
    for (const layer of down ? layers : layers.toReversed()) {
      const want = new Map(layer.map((n) => [n, mean((down ? n.in : n.out).map((m) => m.rank)) ?? n.rank]))
      layer.sort((a, b) => want.get(a) - want.get(b)).forEach((n, rank) => { n.rank = rank })
    }
  }
}

const mean = (list) => (list.length ? list.reduce((a, b) => a + b, 0) / list.length : undefined)

function place(layers, byID, lines, gap, apart) {
  let along = 0
  for (const layer of layers) {
    const size = Math.max(...layer.map((n) => n.size))
    for (const n of layer) n.along = along + size / 2
    along += size + gap
    layer.reduce((at, n) => {
      n.across = at + n.extent / 2
      return at + n.extent + apart
    }, 0)
  }
  for (let i = 0; i < sweeps; i++) {
    for (const layer of i % 2 ? layers.toReversed() : layers) settle(layer, apart)
  }
  const all = layers.flat()
  const top = Math.min(...all.map((n) => n.across - n.extent / 2))
  for (const n of all) n.across -= top
  return {
    nodes: [...byID.values()],
    lines: lines.map((line) => ({ ...line, points: bends(line, byID) })),
    along: along - gap,
    across: Math.max(...all.map((n) => n.across + n.extent / 2)),
  }
}

// settle moves the nodes of a layer to where their neighbours pull them, as near as the
// others let them.
function settle(layer, apart) {
  const want = layer.map((n) => pull(n))
  const clear = (a, b) => (a.extent + b.extent) / 2 + apart
  const low = [...want]
  for (let i = 1; i < layer.length; i++) low[i] = Math.max(want[i], low[i - 1] + clear(layer[i - 1], layer[i]))
  const high = [...want]
  for (let i = layer.length - 2; i >= 0; i--) high[i] = Math.min(want[i], high[i + 1] - clear(layer[i], layer[i + 1]))
  // Between the two all distances hold.
  layer.forEach((n, i) => { n.across = (low[i] + high[i]) / 2 })
}

// pull is where its neighbours want a node. Bends pull each other most, so that long edges
// are straight.
function pull(n) {
  let [sum, weight] = [0, 0]
  for (const m of [...n.in, ...n.out]) {
    const w = n.bend && m.bend ? 8 : n.bend || m.bend ? 2 : 1
    sum += w * m.across
    weight += w
  }
  return weight ? sum / weight : n.across
}

function bends(line, byID) {
  const tail = byID.get(line.tail)
  const head = byID.get(line.head)
  const points = [
    { along: tail.along + tail.size / 2, across: tail.across },
    ...line.via.map((b) => ({ along: b.along, across: b.across })),
    { along: head.along - head.size / 2, across: head.across },
  ]
  return line.back ? points.reverse() : points
}
