"""Published NoSQL-injection payloads, by where they are published, aimed at this schema's names.

A TEXT comes where a text is expected and must stay one. An OBJECT is a whole filter as a careless
handler makes it of a request's body, or of a query such as `username[$ne]=x`, and must be refused.
"""

from __future__ import annotations

from typing import Any, Final

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "PayloadsAllTheThings, NoSQL Injection; cr0hn/nosqlinjection_wordlists": (
        "true, $where: '1 == 1'",
        ", $where: '1 == 1'",
        "$where: '1 == 1'",
        "', $where: '1 == 1'",
        "1, $where: '1 == 1'",
        "{ $ne: 1 }",
        "{$gt: ''}",
        '{"$gt": ""}',
        "[$ne]=1",
        "', $or: [ {}, { 'a':'a",
        "' } ], $comment:'successful MongoDB injection'",
        "db.injection.insert({success:1});",
        "db.injection.insert({success:1});return 1;db.stores.mapReduce(function() { { emit(1,1",
        "|| 1==1",
        "' && this.hashedPassword.match(/.*/)//+%00",
        "'%20%26%26%20this.hashedPassword.match(/.*/)//+%00",
        "';sleep(5000);",
        "';sleep(5000);+'",
        "';it=new%20Date();do{pt=new%20Date();}while(pt-it<5000);",
    ),
    "OWASP Web Security Testing Guide, WSTG-INPV-05.6": (
        "abc\\' \\\" \\\\ ; { }",
        "0;var date=new Date(); do{curDate = new Date();}while(curDate-date<10000)",
        "'; return '' == '",
        "a'; return this.hashedPassword != '",
        "function() { return true; }",
    ),
    "PortSwigger Web Security Academy, NoSQL injection": (
        "'\"`{\r;$Foo}\n$Foo \\xYZ\u0000",
        "' && 0 && 'x",
        "' && 1 && 'x",
        "'||'1'=='1",
        "'||1||'",
        "fizzy'\u0000",
        "administrator' && this.hashedPassword[0] == 'a' || 'a'=='b",
        "administrator' && this.hashedPassword.match(/\\d/) || 'a'=='b",
    ),
    "HackTricks, NoSQL injection": (
        "' || 'a'=='a",
        "' || 1==1//",
        "' || 1==1%00",
        "admin' || 'a'=='a",
        "' && this.hashedPassword && this.hashedPassword.match(/^d.*/)//+%00",
        ";return true;",
        "this.constructor.constructor('return process')().exit()",
    ),
    "MongoDB manual, Aggregation Variables and field paths": (
        *(
            "$hashedPassword",
            "$$ROOT",
            "$$CURRENT.hashedPassword",
            "$$NOW",
            "$$REMOVE",
            "$$USER_ROLES",
        ),
        *("$_id", "$$DESCEND", "$$PRUNE", "$$SEARCH_META", "$", "$$", "a.b", "$hashedPassword.0"),
    ),
    "Portable names of JavaScript and Python objects": (
        *("__proto__", "constructor.prototype", "toString", "__class__", "{{7*7}}", "${7*7}", "%s"),
    ),
}

OBJECTS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "PayloadsAllTheThings, NoSQL Injection": (
        {"username": {"$ne": None}, "hashedPassword": {"$ne": None}},
        {"username": {"$ne": "foo"}, "hashedPassword": {"$ne": "bar"}},
        {"username": {"$gt": None}, "hashedPassword": {"$gt": None}},
        {"username": {"$gt": ""}, "hashedPassword": {"$gt": ""}},
        {"username": {"$eq": "victim"}, "hashedPassword": {"$regex": "^h"}},
        {"username": {"$ne": "toto"}, "hashedPassword": {"$regex": ".{1}"}},
        {"username": {"$in": ["Admin", "victim", "root"]}, "hashedPassword": {"$gt": ""}},
        {"username[$ne]": "toto", "hashedPassword[$ne]": "toto"},
    ),
    "OWASP Web Security Testing Guide, WSTG-INPV-05.6": (
        {"$where": "1 == 1"},
        {"$where": "function() { sleep(5000); return true; }"},
        {"username": {"$where": "this.hashedPassword"}},
    ),
    "PortSwigger Web Security Academy, NoSQL injection": (
        {"username": "victim", "hashedPassword": {"$ne": "invalid"}},
        {"username": {"$regex": "vic.*"}, "hashedPassword": {"$ne": ""}},
        {"username": "victim", "$where": "0"},
        {"username": "victim", "$where": "Object.keys(this)[0].match('^.{0}a.*')"},
    ),
    "HackTricks, NoSQL injection": (
        {"username": {"$nin": ["admin", "test"]}, "hashedPassword": {"$exists": True}},
        {"username": {"$func": "var_dump"}},
        {"$or": [{"username": "victim"}, {"username": {"$exists": True}}]},
        {"$expr": {"$eq": ["$username", "victim"]}},
        {"$expr": {"$function": {"body": "return true", "args": [], "lang": "js"}}},
    ),
    "CVE-2024-53900, CVE-2025-23061: $where inside of a join's filter": (
        {"messages": {"some": {"$where": "true"}}},
        {"messages": {"some": {"$or": [{"$where": "true"}]}}},
        {"messages": {"$where": "true"}},
    ),
    "CVE-2021-22911: $regex and $where in a filter that a client sends": (
        {"$where": "this.username === 'victim' && (() => { throw this.hashedPassword })()"},
        {"hashedPassword": {"$regex": "^h.*"}},
        {"$and": [{"hashedPassword": {"$regex": "^h"}}]},
    ),
    "MongoDB manual, Query and Projection Operators": (
        {"username": {"$not": {"$eq": "x"}}},
        {"username": {"$type": "string"}},
        {"username": {"$mod": [1, 0]}},
        {"username": {"$elemMatch": {"$ne": 1}}},
        {"communityIds": {"$size": 0}},
        {"communityIds": {"$all": []}},
        {"$nor": [{"username": "x"}]},
        {"$text": {"$search": "victim"}},
        {"$jsonSchema": {}},
        {"$comment": "x"},
        {"NOT": {"$or": []}},
        {"AND": [{"username": {"not": {"$gt": ""}}}]},
    ),
}


def texts() -> list[str]:
    """All texts, each once."""
    return list(dict.fromkeys(text for found in TEXTS.values() for text in found))


def objects() -> list[dict[str, Any]]:
    """All filters."""
    return [item for found in OBJECTS.values() for item in found]
