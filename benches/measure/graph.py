"""The schema of a server, from introspection, and selections made from it."""

INTROSPECTION = """{ __schema { types { kind name possibleTypes { name } fields { name
  args { name defaultValue type { kind name ofType { kind name } } }
  type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }"""


def named(of):
    """The name of a type without its lists and exclamation marks."""
    while of.get("ofType"):
        of = of["ofType"]
    return of["name"]


def required(field):
    """The names of the arguments that a field needs."""
    return [arg["name"] for arg in field["args"] if arg["type"]["kind"] == "NON_NULL" and arg["defaultValue"] is None]


class Graph:
    """Types by name."""

    def __init__(self, answer):
        self.types = {of["name"]: of for of in answer["data"]["__schema"]["types"]}

    def fields(self, of):
        return self.types[of]["fields"] or []

    def objects(self, of):
        """The objects that a union or an interface can be."""
        return [object_["name"] for object_ in self.types[of].get("possibleTypes") or []]

    def is_leaf(self, field):
        return self.types[named(field["type"])]["kind"] in ("SCALAR", "ENUM")

    def is_node(self, of):
        return of == "Node" or of in self.objects("Node")

    def relations(self, of):
        """The fields with selections that need no arguments."""
        return [field for field in self.fields(of) if not self.is_leaf(field) and not required(field)]

    def leaves(self, of):
        """All fields without selections."""
        return " ".join(field["name"] for field in self.fields(of) if self.is_leaf(field) and not required(field))

    def relation(self, field):
        """A field with everything below it, up to the next object with an id, of which it takes the name."""
        of = named(field["type"])
        arguments = "(first: 20)" if any(arg["name"] == "first" for arg in field["args"]) else ""
        return f"{field['name']}{arguments} {{ {self.below(of)} }}"

    def below(self, of):
        """Everything below a type, up to the next object with an id."""
        if self.is_node(of):
            return "id" if of == "Node" else "id name"
        parts = [self.leaves(of)] if self.fields(of) else ["__typename"]
        parts += [self.relation(field) for field in self.relations(of)]
        if self.types[of]["kind"] in ("UNION", "INTERFACE"):
            parts += [f"... on {object_} {{ {self.own(of, object_)} }}" for object_ in self.objects(of)]
        return " ".join(part for part in parts if part)

    def own(self, of, object_):
        """What an object has beyond the interface, under keys that no other object of the union has."""
        common = {field["name"] for field in self.fields(of)}
        kinds = {}
        for other in self.objects(of):
            for field in self.fields(other):
                kinds.setdefault(field["name"], set()).add(str(field["type"]))
        parts = []
        for field in self.fields(object_):
            name = field["name"]
            if name in common or required(field):
                continue
            key = f"{name}Of{object_}: " if len(kinds[name]) > 1 else ""
            parts.append(key + (name if self.is_leaf(field) else self.relation(field)))
        return " ".join(parts) or "__typename"

    def collections(self, of):
        """The lists of entries, and what there is at most one of: all relations that lead to no object with an id."""
        return [field for field in self.relations(of) if self.is_plain(named(field["type"]))]

    def is_plain(self, of):
        return self.types[of]["kind"] == "OBJECT" and not self.is_node(of) and not self.relations(of)
