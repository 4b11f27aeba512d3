"""Puts a function between the statements of a SQL store, for faults and rivals within a commit."""


class _HookedSession:
    def __init__(self, session, hook):
        self.session = session
        self.hook = hook
        self.dialect = session.dialect

    def rows(self, statement, values):
        self.hook(statement)
        return self.session.rows(statement, values)

    def run(self, statement, values):
        self.hook(statement)
        count = self.session.run(statement, values)
        self.hook(statement)
        return count


class _HookedDatabase:
    def __init__(self, database, hook):
        self.database = database
        self.hook = hook
        self.read = database.read

    def write(self, work):
        return self.database.write(lambda session: work(_HookedSession(session, self.hook)))


def replace_database(store, wrap):
    """Puts something around the store's database; again replaces what was around it."""
    plain = getattr(store, "_plain_database", store._database)
    store._plain_database = plain
    store._database = wrap(plain)


def set_hook(store, hook):
    replace_database(store, (lambda plain: plain) if hook is None else (lambda plain: _HookedDatabase(plain, hook)))
