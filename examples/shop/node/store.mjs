// The shop's own record of what it sells. A Map stands for the database.

// Records by id. They are never changed: who changes one puts a new one in its place.
export class Store {
  #records = new Map();
  #locks = new Map();

  get(id) {
    return this.#records.get(id);
  }

  put(record) {
    this.#records.set(record.id, Object.freeze(record));
    return record;
  }

  all() {
    return [...this.#records.values()];
  }

  // Keeps others off a record for as long as work about it takes. In a database this is
  // SELECT ... FOR UPDATE.
  lock(key, work) {
    const before = this.#locks.get(key) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(work);
    this.#locks.set(key, mine);
    return mine;
  }
}
