"""Databases of five shapes that others make, small and by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bson import DBRef, Decimal128, Int64, MaxKey, ObjectId, Regex, Timestamp
from bson.binary import Binary, UuidRepresentation
from pymongo.database import Database

Live = Database[dict[str, Any]]
MOMENT = datetime(2024, 2, 29, 12, tzinfo=UTC)


def beanie(live: Live) -> None:
    """Beanie: links as DBRefs, UUIDs as binary data, `_class_id`, `revision_id`, snake_case."""
    authors = [ObjectId() for _ in range(3)]
    live["authors"].insert_many(
        [
            {
                "_id": one,
                "_class_id": "Person.Author",
                "revision_id": Binary.from_uuid(uuid4(), UuidRepresentation.STANDARD),
                "display_name": "Ada",
                "contact": {"email": f"{n}@x.org", "phones": [{"kind": "home", "number": "1"}]},
            }
            for n, one in enumerate(authors)
        ]
    )
    live["authors"].create_index("contact.email", unique=True, name="email_unique")
    live["authors"].create_index([("_class_id", 1), ("display_name", -1)])
    live["books"].insert_many(
        [
            {
                "title": f"Book {n}",
                "author": DBRef("authors", authors[n]),
                "author_id": authors[n],
                "price": Decimal128("9.99"),
                "published": MOMENT if n else None,
                "meta": {},
            }
            for n in range(3)
        ]
    )
    live["books"].create_index([("title", "text")])


def mongoose(live: Live) -> None:
    """Mongoose: plural names, `__v`, subdocuments with `_id`, timestamps, numbers of two types."""
    users = [ObjectId() for _ in range(4)]
    live["users"].insert_many(
        [
            {
                "_id": one,
                "email": f"{n}@x.org",
                "role": "admin" if n == 0 else "user",
                "friends": [users[n - 1]],
                "score": n if n % 2 else n + 0.5,
                "settings": {"theme": "dark", "flags": {}},
                "createdAt": MOMENT,
                "updatedAt": MOMENT,
                "__v": 0,
            }
            for n, one in enumerate(users)
        ]
    )
    live["users"].create_index("email", unique=True, background=True)
    live["blogposts"].insert_many(
        [
            {
                "title": "T",
                "author": users[n],
                "comments": [
                    {"_id": ObjectId(), "body": "b", "by": users[0], "replies": [{"body": "r"}]}
                ],
                "tags": ["a", "b"] if n else [],
                "__v": n,
            }
            for n in range(4)
        ]
    )
    live["blogposts"].create_index([("author", 1), ("title", -1)])
    live["sessions"].create_index("expires", expireAfterSeconds=0)
    live["sessions"].insert_one({"_id": "abc", "expires": MOMENT, "session": "{}"})


def prisma_js(live: Live) -> None:
    """Prisma's JavaScript client: `authorId`, id lists on both sides, names of indexes."""
    users, posts, tags = ([ObjectId() for _ in range(3)] for _ in range(3))
    live["User"].insert_many(
        [{"_id": one, "email": f"{n}@x.org", "age": Int64(n)} for n, one in enumerate(users)]
    )
    live["User"].create_index("email", name="User_email_key", unique=True)
    live["Profile"].insert_many([{"userId": one, "bio": None} for one in users])
    live["Profile"].create_index("userId", name="Profile_userId_key", unique=True)
    live["Post"].insert_many(
        [
            {"_id": one, "authorId": users[n], "tagIDs": tags[: n + 1], "views": Int64(2**40)}
            for n, one in enumerate(posts)
        ]
    )
    live["Tag"].insert_many(
        [{"_id": one, "postIDs": posts[n:], "name": "x"} for n, one in enumerate(tags)]
    )
    live["Category"].insert_many(
        [{"_id": users[0], "parentId": None}, {"parentId": users[0], "name": "child"}]
    )


def samples(live: Live) -> None:
    """MongoDB's `sample_mflix` and `sample_airbnb`: text ids, geo data, arrays of arrays."""
    movies = [ObjectId() for _ in range(3)]
    live["movies"].insert_many(
        [
            {
                "_id": one,
                "title": "A Film",
                "year": 1999 if n else "1999è",
                "cast": ["A", "B"],
                "imdb": {"rating": 7.5 if n else "", "votes": 100, "id": n},
                "tomatoes": {"viewer": {"rating": 3.2, "numReviews": 1}, "lastUpdated": MOMENT},
                "released": MOMENT,
            }
            for n, one in enumerate(movies)
        ]
    )
    live["movies"].create_index([("cast", "text"), ("title", "text")], name="cast_text_title_text")
    live["comments"].insert_many([{"name": "N", "movie_id": one, "date": MOMENT} for one in movies])
    live["comments"].insert_one({"name": "N", "movie_id": ObjectId(), "date": MOMENT})
    live["theaters"].insert_many(
        [
            {
                "theaterId": n,
                "location": {
                    "address": {"street1": "S", "zipcode": "1"},
                    "geo": {"type": "Point", "coordinates": [-93.2, 44.8]},
                },
            }
            for n in range(2)
        ]
    )
    live["theaters"].create_index([("location.geo", "2dsphere")], name="geo index")
    live["listingsAndReviews"].insert_one(
        {
            "_id": "10006546",
            "price": Decimal128("80.00"),
            "availability": {"availability_30": 28},
            "bounds": [[1.0, 2.0], [3.0, 4.0]],
            "review_scores": {},
        }
    )


def mess(live: Live) -> None:
    """Ten years: names that no schema has, every type, two types of ids, maps, holes."""
    live["users.archive"].insert_many(
        [
            {"_id": ObjectId(), "name": "a", "n": 1},
            {"_id": "text", "name": None, "n": "1", "1st": 1, "_x": 1, "class": 1, "json": 1},
            {
                "_id": 7,
                "n": [1, "a", None],
                "with-dash": 1,
                "two words": 1,
                "": 1,
                "a.b": 1,
                "$c": 1,
            },
            {"_id": 8, "n": {"a": 1}, "model_dump": 1, "AND": 1, "select": 1, "é": 1, "__v": 1},
        ]
    )
    live["Transaction"].insert_many([{"at": Timestamp(1, 1), "id": n, "_ID": 1} for n in range(2)])
    live["transaction"].insert_one({"type": "x", "import": 1, "None": 1, "self": 1, "prisma": 1})
    live["2020 logs!"].insert_many(
        [
            {"x": re.compile("a")},
            {"x": Regex("b"), "y": MaxKey(), "code": Binary(b"1", 5)},
            {"counts": {str(ObjectId()): 1, str(ObjectId()): 2}, "far": Int64(2**60)},
            {"counts": {}, "far": 0.5, "empty": [], "nulls": None, "lists": [[1], [2]]},
        ]
    )
    live["2020 logs!"].create_index("counts.$**")
    live["2020 logs!"].create_index([("x", "hashed")])
    live["2020 logs!"].create_index("far", sparse=True, name="f")
    live["2020 logs!"].create_index("gone.deep")
    live["2020 logs!"].create_index("y", partialFilterExpression={"far": {"$gt": 1}}, unique=True)
    live["String"].insert_one({"a": {"b": {"c": {"d": [{"e": [{"f": 1}]}]}}}})
    live["User"].insert_one({"a": 1})
    live["UserList"].insert_one({"a": 1})
    live["nothing"].create_index("expires", expireAfterSeconds=60)
    live.create_collection("measured", timeseries={"timeField": "t"})
    live.create_collection("seen", viewOn="User", pipeline=[])
    live.create_collection("dated", changeStreamPreAndPostImages={"enabled": True})
    live["optional"].insert_many([{"key": "a"}, {}])
    live["optional"].create_index("key", unique=True)


SHAPES: list[Callable[[Live], None]] = [beanie, mongoose, prisma_js, samples, mess]
