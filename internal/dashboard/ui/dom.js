// Elements without a framework. Text goes in as text nodes and nowhere is markup made of a
// string, so that what a client sent is shown and never run.

const svgSpace = 'http://www.w3.org/2000/svg'

// h makes an HTML element. Properties that begin with "on" are handlers, others are
// attributes; null and false leave one out. Children are nodes, texts, lists or nothing.
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children)

// svg is h for a picture.
export const svg = (tag, props, ...children) => fill(document.createElementNS(svgSpace, tag), props, children)

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value == null || value === false) continue
    if (name.startsWith('on')) {
      element[name] = value
      ;(element.handlers ??= new Set()).add(name)
    } else {
      element.setAttribute(name, value === true ? '' : value)
    }
  }
  element.append(...flat(children))
  return element
}

const flat = (children) => children.flat(Infinity).filter((c) => c != null && c !== false).map((c) => (c instanceof Node ? c : String(c)))

// render makes the children of root look like the given ones, and touches only what
// differs: focus, scroll, opened details and typed text stay.
export function render(root, ...children) {
  const next = document.createDocumentFragment()
  next.append(...flat(children))
  next.normalize() // as a parent's texts are, one after another
  morphChildren(root, next)
}

function morph(have, want) {
  if (have.nodeType !== Node.ELEMENT_NODE) {
    if (have.data !== want.data) have.data = want.data
    return
  }
  for (const { name } of [...have.attributes]) {
    if (!want.hasAttribute(name) && !isUsers(have, name)) have.removeAttribute(name)
  }
  for (const { name, value } of want.attributes) {
    if (have.getAttribute(name) !== value && !isUsers(have, name)) have.setAttribute(name, value)
  }
  for (const name of have.handlers ?? []) have[name] = null
  for (const name of want.handlers ?? []) have[name] = want[name]
  have.handlers = want.handlers
  morphChildren(have, want)
}

// isUsers says whether the attribute is what the user did last.
const isUsers = (element, name) => name === 'open' && (element.localName === 'details' || element.localName === 'dialog')

function morphChildren(root, want) {
  const keyed = new Map()
  for (const child of root.children) if (child.dataset.key) keyed.set(child.dataset.key, child)
  let at = root.firstChild
  for (const next of [...want.childNodes]) {
    const key = next.dataset?.key
    const have = key ? keyed.get(key) : at?.dataset?.key ? null : at
    if (have?.nodeName !== next.nodeName) {
      root.insertBefore(next, at)
      continue
    }
    if (have === at) at = at.nextSibling
    else root.insertBefore(have, at)
    morph(have, next)
  }
  while (at) {
    const gone = at
    at = at.nextSibling
    gone.remove()
  }
}

const pause = 100 // milliseconds at least between two drawings of one page

// later runs f once in the next frame, or a while after it last did, however often it is
// asked for until then.
export function later(f) {
  let asked = false
  let last = -pause
  const run = () => {
    asked = false
    last = performance.now()
    f()
  }
  return () => {
    if (asked) return
    asked = true
    const wait = last + pause - performance.now()
    if (wait > 0) setTimeout(run, wait)
    else requestAnimationFrame(run)
  }
}
