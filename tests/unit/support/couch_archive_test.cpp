#include "tests/support/couch_archive.h"

#include "platform/network/http_transport.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/model_transport.h"
#include "tests/support/provision.h"
#include "tests/support/seeded_random.h"

#include <gtest/gtest.h>

#include <string>

namespace tizilim {
namespace {

using platform::Method;
using support::CouchArchive;
using support::CouchModel;
using support::PeerKind;

std::string answer(CouchModel& model, Method method, const std::string& path,
                   const std::string& body = "") {
    return model
        .handle({.method = method, .url = "http://model" + path, .headers = {}, .body = body})
        .body;
}

TEST(CouchArchive, BringsBackEveryRevisionSequenceAndLocalDocument) {
    CouchModel model;
    support::ModelTransport transport(model);
    support::SeededRandom random;
    support::provision(transport, {.database_url = "http://model/d"}, random);
    answer(model, Method::post, "/d/_bulk_docs",
           R"({"new_edits":false,"docs":[{"_id":"a","_rev":"1-aa","x":"қ"},
              {"_id":"a","_rev":"3-cc","_revisions":{"start":3,"ids":["cc","bb","aa"]},"x":2},
              {"_id":"a","_rev":"2-dd","_revisions":{"start":2,"ids":["dd","aa"]},"_deleted":true},
              {"_id":"b","_rev":"1-bb"}]})");
    answer(model, Method::put, "/d/_local/me", R"({"epoch":7})");
    CouchModel copy(PeerKind::couchdb, 99);

    copy.restore(CouchArchive::read(PeerKind::couchdb, CouchArchive::write(model.snapshot())));

    EXPECT_EQ(copy.uuid(), model.uuid());
    for (const char* path :
         {"/d/_changes?style=all_docs&include_docs=true", "/d/a?revs=true&conflicts=true",
          "/d/a?open_revs=all&revs=true", "/d/a?rev=1-aa", "/d/_local/me", "/d", "/d/_all_docs"}) {
        EXPECT_EQ(answer(copy, Method::get, path), answer(model, Method::get, path)) << path;
    }
}

TEST(CouchArchive, BringsBackTheValidation) {
    CouchModel model;
    support::ModelTransport transport(model);
    support::SeededRandom random;
    support::provision(transport, {.database_url = "http://model/d"}, random);

    model.restore(CouchArchive::read(PeerKind::couchdb, CouchArchive::write(model.snapshot())));

    EXPECT_NE(answer(model, Method::put, "/d/entry:1", R"({"type":"entry","secret":1})")
                  .find("forbidden"),
              std::string::npos);
}

TEST(CouchArchive, RefusesWhatIsNoArchive) {
    for (const char* text : {"", "[]", "{}", R"({"uuid":"u","databases":[{"name":"d"}]})",
                             R"({"uuid":"u","databases":7})"}) {
        EXPECT_THROW(
            { [[maybe_unused]] const auto read = CouchArchive::read(PeerKind::couchdb, text); },
            support::ArchiveError)
            << text;
    }
}

}  // namespace
}  // namespace tizilim
