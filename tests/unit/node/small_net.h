// One RILON in memory, linked and quiet: what tests of the core's larger parts start from.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/test_net.h"

namespace rilon {

class SmallNet : public testing::Test {
   protected:
    SmallNet() : net(founded(), 7) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    ~SmallNet() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    // Founded once a program: it costs more than a test.
    static const Founded& founded() {
        static const Founded one = [] {
            FoundingOptions options;
            options.rilons = {{"BKK", "THA"}};
            return Founded(options);
        }();
        return one;
    }

    // An impostor with a British passport: his own state's mission is gbr-bkk, and the rule keeps
    // the person part from there.
    static proto::Alert about_a_briton() {
        proto::Alert alert;
        alert.mutable_travel_fraud()->set_fraud_type("impostor");
        alert.set_title("Impostor at the gate");
        alert.add_documents()->set_type("P");
        alert.mutable_documents(0)->set_issuer("GBR");
        alert.mutable_documents(0)->set_number("L898902C3");
        proto::PersonRecord& person = *alert.add_persons();
        person.set_role("subject");
        person.add_identities()->set_type("documentary");
        person.mutable_identities(0)->set_primary("ERIKSSON");
        person.add_nationalities()->set_code("GBR");
        person.mutable_nationalities(0)->set_basis("documentary");
        return alert;
    }
    NodeId id(const std::string& name) { return net.daemon(name).id(); }
    Posted post(const std::string& node, const PostWish& wish) {
        auto posted = net.post(node, wish, "canary " + std::to_string(++texts));
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        return posted.ok() ? *posted : Posted{};
    }
    // The entry of the alert's newest revision, as this node has it.
    EntryRef entry_of(const std::string& node, const Posted& posted) {
        auto state = net.daemon(node).node().index().alert(posted.alert());
        return state.has_value() && !state->revisions.empty() ? state->revisions.back()
                                                              : EntryRef{};
    }
    // Is it shown, with its text?
    bool shows(const std::string& node, const AlertId& alert) {
        proto::Request request;
        request.mutable_show()->set_alert(alert.hex());
        auto shown = net.request(node, std::move(request));
        return shown.ok() && shown->show().row().has_alert();
    }

    TestNet net;
    int texts = 0;
};

}  // namespace rilon
