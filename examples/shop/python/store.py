"""The shop's own record of what it sells. A dictionary stands for the database."""

import threading


class Store:
    """Records by id. They are immutable: who changes one puts a new one in its place."""

    def __init__(self):
        self._records = {}
        self._locks = {}

    def get(self, record_id):
        return self._records.get(record_id)

    def put(self, record):
        self._records[record.id] = record

    def all(self):
        return list(self._records.values())

    def lock(self, key):
        """Keep others off a record for as long as a call about it takes. In a database this
        is SELECT ... FOR UPDATE."""
        return self._locks.setdefault(key, threading.Lock())
