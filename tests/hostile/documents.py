"""Hostile documents, bodies and heads: (name, bytes of a request). Each is sent alone, many times."""

import gzip
import json

from service import get, graphql, post

INTROSPECTION = "{ __schema { types { fields { args { type { ofType { name } } } type { name } } } } }"


def nested(open_, close="", depth=20_000, inside="1"):
    return open_ * depth + inside + close * depth


def doubling(count, body="", on="Query"):
    """Fragments that each spread the next one twice."""
    chain = "".join(f"fragment f{n} on {on} {{ ...f{n + 1} {body} ...f{n + 1} }} " for n in range(count))
    return f"{chain} fragment f{count} on {on} {{ __typename }}"


def documents():
    for what, open_, close in (("lists", "[", "]"), ("objects", "{a:", "}")):
        for depth in (41, 1_600, 16_000):
            value = nested(open_, close, depth)
            for cut in (value, open_ * depth):
                yield f"{what} {depth} in an argument", f"{{ nodes(ids: {cut}) {{ id }} }}"
                yield f"{what} {depth} in a default", f"query ($a: [ID!]! = {cut}) {{ nodes(ids: $a) {{ id }} }}"
                yield f"{what} {depth} in a directive", f"{{ __typename @skip(if: {cut}) }}"
    yield "nested types", f"query ($a: {'[' * 20_000}"
    yield "nested selections", "{ a " * 20_000
    yield "nested inline fragments", "{ ... on Query " * 9_000
    yield "deep path", "{ stacks { nodes { instances { nodes { stack " * 5 + "{ id }" + "}" * 25
    yield "only brackets", "{" * 99_000
    yield "fragments doubling", "{ ...f0 } " + doubling(60)
    yield "fragments doubling unused", "{ __typename } " + doubling(60)
    yield "fragments doubling with fields", '{ stack(name: "a") { ...f0 } } ' + doubling(12, "id name revision", "Stack")
    many = "".join(f"fragment g{n} on Query {{ {'...g%d ' % (n + 1) * 20} }} " for n in range(20))
    yield "fragments times twenty", "{ ...g0 } " + many + "fragment g20 on Query { __typename }"
    circle = "".join(f"fragment c{n} on Query {{ ...c{(n + 1) % 500} }} " for n in range(500))
    yield "a circle of fragments", "{ ...c0 } " + circle
    full = "".join(
        f"fragment k{n} on Query {{ {' '.join(f'...k{m}' for m in range(30) if m != n)} }} " for n in range(30)
    )
    yield "every fragment spreads every other", "{ ...k0 } " + full
    yield "aliases", "{ " + " ".join(f"a{n}: __typename" for n in range(1_900)) + " }"
    yield "directives", "{ __typename " + "@skip(if: false) " * 1_500 + "}"
    yield "unknown directives", "{ __typename " + "@x " * 3_900 + "}"
    yield "fields", "{ " + "__typename " * 3_900 + "}"
    yield "tokens", "{ " + "a," * 49_000 + "}"
    yield "commas", "," * 99_000
    yield "comments", "#\n" * 49_000 + "{ __typename }"
    yield "one comment", "#" * 99_000
    # Overlapping fields: the same names again and again, with and without differences.
    yield "merging equal fields", "{ " + 'stack(name: "a") { id name } ' * 39 + "}"
    yield "merging nested fields", '{ stack(name: "a") { ' + "instances { nodes { id } } " * 480 + "} }"
    yield "merging unequal arguments", "{ " + "".join(f'stack(name: "{n}") {{ id }} ' for n in range(39)) + "}"
    pairs = " ".join(f'a: stack(name: "{n}") {{ b: id c: name }}' for n in range(39))
    yield "merging conflicts", "{ " + pairs + " }"
    inline = " ".join(f'... on Query {{ stack(name: "a") {{ ... on Stack {{ id{" name" * 20} }} }} }}' for _ in range(39))
    yield "merging inline fragments", "{ " + inline + " }"
    spread = "".join(f"fragment m{n} on Stack {{ id x: name {'revision ' * 30} }} " for n in range(40))
    yield "merging fragments", '{ stack(name: "a") { ' + " ".join(f"...m{n}" for n in range(40)) + " } } " + spread
    for levels in (4, 6, 8):
        chain = "".join(
            f"fragment o{n} on Instance {{ stack {{ instance(name: \"a\") {{ ...o{n + 1} ...o{n + 1} }} }} }} "
            for n in range(levels)
        )
        yield f"merging doubled levels {levels}", (
            '{ instance(stack: "a", name: "b") { ...o0 } } ' + chain + f"fragment o{levels} on Instance {{ id name }}"
        )
    for what, value in (
        ("a huge integer", "9" * 90_000),
        ("a huge negative", "-" + "9" * 90_000),
        ("a huge float", "1." + "9" * 90_000),
        ("a huge exponent", "1e" + "9" * 90_000),
        ("a huge string", '"' + "x" * 90_000 + '"'),
        ("a huge block string", '"""' + "\n x" * 30_000 + '"""'),
        ("escapes", '"' + "\\u0041" * 15_000 + '"'),
        ("broken escapes", '"' + "\\uD800" * 15_000 + '"'),
        ("a lone quote", '"'),
        ("a block string without end", '"""' + '\\"""' * 20_000),
        ("a long enum", "E" * 90_000),
        ("a long variable", "$" + "v" * 90_000),
    ):
        yield f"{what} as number", f"{{ stacks(first: {value}) {{ totalCount }} }}"
        yield f"{what} as text", f"{{ stack(name: {value}) {{ id }} }}"
    yield "errors", "{ " + " ".join(f"unknown{n}" for n in range(1_900)) + " }"
    yield "long errors", "{ " + " ".join("u" * 4_000 + str(n) for n in range(20)) + " }"
    yield "errors of arguments", "{ " + " ".join(f"stack(x{n}: 1) {{ id }}" for n in range(39)) + " }"
    yield "unknown variables", "{ " + " ".join(f"stack(name: $v{n}) {{ id }}" for n in range(39)) + " }"
    yield "variables", f"query ({' '.join(f'$v{n}: Int' for n in range(1_200))}) {{ __typename }}"
    yield "unused fragments", "{ __typename } " + " ".join(f"fragment u{n} on Query {{ id }}" for n in range(500))
    yield "operations", " ".join(f"query q{n} {{ __typename }}" for n in range(900))
    yield "operations without names", "{ __typename } " * 900
    yield "definitions", "type A { a: Int } " * 700
    yield "subscriptions", "subscription { a }"
    yield "a long operation name", f"query {'N' * 90_000} {{ __typename }}"
    yield "an introspection bomb", "{ __schema { types { " + "fields { type { " * 8 + "name" + " } }" * 8 + " } } }"
    yield "introspection of everything", INTROSPECTION
    kinds = "possibleTypes { interfaces { possibleTypes { interfaces { name } } } }"
    yield "an introspection circle", "{ __schema { types { " + kinds + " } } }"
    yield "introspection many times", "{ " + " ".join(f"a{n}: __schema {{ types {{ fields {{ name }} }} }}" for n in range(39)) + " }"
    yield "nulls", "{ __typename }\0" * 1_000
    yield "byte order marks", "\ufeff" * 30_000 + "{ __typename }"
    yield "controls", "".join(map(chr, range(1, 32))) * 1_000
    yield "right to left", "{ \u202e__typename }" * 1_000
    yield "pages too long", "{ stacks(first: 100) { nodes { instances(first: 100) { nodes { stack { instances(first: 100) { nodes { id } } } } } } } }"
    yield "pages negative", "{ stacks(first: -1) { totalCount } }"
    yield "a long page in a default", "query ($n: Int = 100) { stacks(first: $n) { nodes { instances(first: $n) { nodes { stack { instances(first: $n) { nodes { id } } } } } } } }"
    yield "ids in a default", f"query ($ids: [ID!]! = [{'7 ' * 1_900}]) {{ nodes(ids: $ids) {{ id }} }}"
    yield "long lists of contents", "{ stack(name: \"a\") { instances(first: 100) { nodes { effectiveConfig { configFiles { " + " ".join(f"c{n}: content" for n in range(59)) + " } } } } } }"
    yield "conflicts and their holders", "{ stacks { nodes { conflicts { holders { " + " ".join(f"n{n}: name" for n in range(20)) + " } } } } }"
    yield "descriptions", '"' + "x" * 90_000 + '" query { __typename }'
    noted = " ".join('""" %d \n """ $v%d: Int' % (n, n) for n in range(900))
    yield "descriptions of variables", f"query ({noted}) {{ __typename }}"
    yield "a block of descriptions", '"""' + '\\"""\n' * 15_000 + '""" query { __typename }'
    yield "strings in front of everything", '"a" ' * 3_900 + "{ __typename }"
    yield "long escapes", '{ stack(name: "\\u{' + "0" * 90_000 + '41}") { id } }'
    yield "conditions that are null", "query ($y: Boolean = true) { __typename @include(if: $y) }"
    yield "merging changes", "mutation { " + 'createStack(input: { name: "a" }) { stack { id } } ' * 10 + "}"
    yield "interfaces in interfaces", "{ " + " ".join(f'a{n}: node(id: "{n}") {{ id ... on Stack {{ {"name " * 20} }} }}' for n in range(39)) + " }"
    yield "many errors in lists", '{ nodes(ids: [' + '"x" ' * 1_900 + "]) { id } }"


def bodies():
    """Requests whose body or head is hostile, whatever the document."""
    for depth in (100, 127, 1_000, 100_000):
        for what, open_, close, inside in (("lists", "[", "]", "1"), ("objects", '{"a":', "}", "1")):
            value = open_ * depth + inside + close * depth
            yield f"variables {what} {depth}", post(f'{{"query":"query($a:[ID!]!){{nodes(ids:$a){{id}}}}","variables":{{"a":{value}}}}}')
            yield f"extensions {what} {depth}", post(f'{{"query":"{{__typename}}","extensions":{{"a":{value}}}}}')
            yield f"other keys {what} {depth}", post(f'{{"query":"{{__typename}}","x":{value}}}')
    wide = json.dumps({"query": "query($a:[ID!]!){nodes(ids:$a){id}}", "variables": {"a": ["x"] * 400_000}})
    yield "a list of 400,000 in variables", post(wide)
    keys = json.dumps({"query": "{ __typename }", "variables": {f"v{n}": n for n in range(100_000)}})
    yield "100,000 variables", post(keys)
    for number in ("9" * 500_000, "1e999999", "-0", "1E400", "0.1e-99999"):
        yield f"the number {number[:8]} in variables", post(f'{{"query":"query($n:Int){{stacks(first:$n){{totalCount}}}}","variables":{{"n":{number}}}}}')
    yield "a text of 2 MB in variables", graphql("query($n:String!){stack(name:$n){id}}", {"n": "x" * 2_000_000})
    yield "a search of 1 MB", graphql("query($n:String){stacks(search:$n){totalCount}}", {"n": "%_\\" * 300_000})
    yield "a text with NUL", graphql("query($n:String!){stack(name:$n){id}}", {"n": "a\0b"})
    yield "an id with NUL", graphql("query($n:ID!){node(id:$n){id}}", {"n": "a\0b"})
    yield "a broken cursor", graphql("{ stacks(first: 1, after: \"AAAA\") { totalCount } }")
    yield "half a surrogate", post('{"query":"{ stack(name: \\"\\ud800\\") { id } }"}')
    yield "a body of 20 MB", post(b'{"query":"' + b"x" * 20_000_000 + b'"}')
    yield "a batch", post("[" + ",".join(['{"query":"{__typename}"}'] * 10_000) + "]")
    yield "a batch of nothing", post("[" * 1_000_000)
    for what, body in (
        ("broken UTF-8", b'{"query":"\xff\xfe\xc0\x80"}'),
        ("overlong UTF-8", b'{"query":"\xf0\x80\x80\xaf"}'),
        ("a BOM", b'\xef\xbb\xbf{"query":"{__typename}"}'),
        ("UTF-16", '{"query":"{__typename}"}'.encode("utf-16")),
        ("NULs", b"\0" * 100_000),
        ("nothing", b""),
        ("a text", b'"' + b"x" * 1_000_000 + b'"'),
        ("a number", b"9" * 1_000_000),
        ("half a JSON", b'{"query":"{ __typename'),
        ("a key twice", b'{"query":"{__typename}","query":"{a}"}'),
        ("a query of numbers", b'{"query":[1,2,3]}'),
        ("spaces", b" " * 2_000_000),
        ("open quotes", b'"\\' * 500_000),
    ):
        yield f"body: {what}", post(body)
    bomb = gzip.compress(b'{"query":"' + b" " * 50_000_000 + b'"}')
    for encoding in ("gzip", "deflate", "br", "gzip, gzip", "x" * 5_000):
        yield f"content-encoding {encoding[:12]}", post(bomb, [f"Content-Encoding: {encoding}"])
    for media_type in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ";" * 9_000, "application/json;" + "a=b;" * 9_000):
        yield f"content-type {media_type[:12]}", post('{"query":"{__typename}"}', [f"Content-Type: {media_type}"])
    fine = '{"query":"{__typename}"}'
    yield "an accept of 60 kB", post(fine, ["Accept: " + "a/b;q=0.1," * 6_000])
    yield "an accept of parameters", post(fine, ["Accept: application/json;" + "a=b;" * 12_000])
    yield "accept 90 times", post(fine, ["Accept: text/html;q=0.001"] * 90)
    yield "broken weights", post(fine, ["Accept: */*;q=NaN, application/json;q=1e99, text/*;q=-1"])
    yield "a head of 200 kB", post(fine, ["X-A: " + "a" * 200_000])
    yield "2,000 headers", post(fine, [f"X-{n}: a" for n in range(2_000)])
    yield "a header name of 60 kB", post(fine, ["X" * 60_000 + ": a"])
    yield "a method of 30 kB", b"A" * 30_000 + b" /graphql HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield "a path of 60 kB", b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield "an unknown version", b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"
    yield "HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 100
    yield "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500
    yield "no host", b"GET /healthz HTTP/1.1\r\n\r\n"
    yield "folded headers", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n"
    yield "broken percent signs", b"GET /graphql?query=%&%zz=%ff&variables=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield "ten thousand parameters", b"GET /graphql?" + b"a=b&" * 12_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield "up and away", b"GET /assets/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield "a range", b"GET /schema.graphql HTTP/1.1\r\nHost: localhost\r\nRange: bytes=" + b"0-1," * 5_000 + b"\r\n\r\n"
    yield "an upgrade", b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    start = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    body = fine.encode()
    for what, lines, sent in (
        ("two lengths", b"Content-Length: 24\r\nContent-Length: 5\r\n", body),
        ("a length of letters", b"Content-Length: abc\r\n", body),
        ("a negative length", b"Content-Length: -1\r\n", body),
        ("a length beyond 64 bits", b"Content-Length: 99999999999999999999999\r\n", body),
        ("a length of terabytes", b"Content-Length: 9999999999999\r\n", body),
        ("length and chunks", b"Content-Length: 24\r\nTransfer-Encoding: chunked\r\n", b"18\r\n" + body + b"\r\n0\r\n\r\n"),
        ("an unknown transfer", b"Transfer-Encoding: gzip, identity\r\n", body),
        ("chunks twice", b"Transfer-Encoding: chunked, chunked\r\n", b"18\r\n" + body + b"\r\n0\r\n\r\n"),
        ("a chunk of no number", b"Transfer-Encoding: chunked\r\n", b"xyz\r\n" + body),
        # The rest never comes: the service waits 15 s for a slow client.
        ("waits: a chunk of 2^64", b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffff\r\n" + body),
        ("a chunk of 2^68", b"Transfer-Encoding: chunked\r\n", b"fffffffffffffffff\r\n" + body),
        ("a negative chunk", b"Transfer-Encoding: chunked\r\n", b"-5\r\n" + body),
        ("chunk extensions", b"Transfer-Encoding: chunked\r\n", b"18;" + b"x" * 100_000 + b"\r\n" + body + b"\r\n0\r\n\r\n"),
        ("ten thousand chunks", b"Transfer-Encoding: chunked\r\n", b"1\r\n \r\n" * 10_000 + b"18\r\n" + body + b"\r\n0\r\n\r\n"),
        ("long trailers", b"Transfer-Encoding: chunked\r\n", b"18\r\n" + body + b"\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n"),
        ("an expectation", b"Expect: 200-maybe\r\nContent-Length: 24\r\n", body),
    ):
        yield what if what.startswith("waits") else f"frame: {what}", start + lines + b"\r\n" + sent


def requests():
    for name, document in documents():
        yield name, graphql(document)
        if len(document) < 20_000:
            yield f"{name}, GET", get(document)
        yield f"{name}, in a variable", graphql("query ($n: String!) { stack(name: $n) { id } }", {"n": document})
    yield from bodies()
