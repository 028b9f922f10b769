#include "tools/alert_file.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <span>

#include "config/toml.h"
#include "protocol/alert.h"
#include "protocol/nearest.h"
#include "protocol/short_id.h"
#include "protocol/text.h"
#include "tools/alert_fields.h"

namespace rilon {
namespace {

// Walks the file once; keeps the first problem, with its place.
class Reader {
   public:
    Status status() const { return problem_ ? Status(*problem_) : Status(); }

    void fail(const toml::node& node, std::string_view what) { fail(node.source(), what); }
    void fail(const toml::source_region& at, std::string_view what) {
        if (problem_) return;
        problem_ = Error{Errc::invalid, fmt::format("line {}, column {}: {}", at.begin.line,
                                                    at.begin.column, what)};
    }

    // Text; dates may stand without quotes.
    std::optional<std::string> text(const toml::node& node, std::string_view key) {
        if (const auto* value = node.as_string()) return value->get();
        if (const auto* date = node.as_date()) {
            toml::date d = date->get();
            return fmt::format("{:04}-{:02}-{:02}", d.year, d.month, d.day);
        }
        fail(node, fmt::format("{} takes a text in quotes", key));
        return std::nullopt;
    }

    const toml::table* table(const toml::node& node, std::string_view key) {
        if (node.is_table()) return node.as_table();
        fail(node, fmt::format("{0} is a table: write [{0}] on a line of its own", key));
        return nullptr;
    }

    template <class M>
    void read(const toml::table& table, M& message, const Fields<M>& fields) {
        for (const auto& [key, node] : table) {
            std::string_view name = key.str();
            if (read_text(name, node, message, fields) || read_list(name, node, message, fields) ||
                read_flag(name, node, message, fields) || other(name, fields.others))
                continue;
            unknown(key, fields);
        }
    }

   private:
    static bool other(std::string_view name, std::span<const std::string_view> others) {
        for (std::string_view one : others)
            if (one == name) return true;
        return false;
    }
    template <class M>
    bool read_text(std::string_view name, const toml::node& node, M& message,
                   const Fields<M>& fields) {
        for (const TextField<M>& field : fields.texts) {
            if (field.key != name) continue;
            if (auto value = text(node, name)) (message.*field.set)(*value);
            return true;
        }
        return false;
    }
    template <class M>
    bool read_list(std::string_view name, const toml::node& node, M& message,
                   const Fields<M>& fields) {
        for (const ListField<M>& field : fields.lists) {
            if (field.key != name) continue;
            const toml::array* items = node.as_array();
            if (items == nullptr) fail(node, fmt::format("{} takes a list: [\"…\", \"…\"]", name));
            for (std::size_t i = 0; items != nullptr && i < items->size(); ++i)
                if (auto value = text((*items)[i], name)) (message.*field.add)(*value);
            return true;
        }
        return false;
    }
    template <class M>
    bool read_flag(std::string_view name, const toml::node& node, M& message,
                   const Fields<M>& fields) {
        for (const FlagField<M>& field : fields.flags) {
            if (field.key != name) continue;
            if (const auto* value = node.as_boolean())
                (message.*field.set)(value->get());
            else
                fail(node, fmt::format("{} is true or false", name));
            return true;
        }
        return false;
    }
    template <class M>
    void unknown(const toml::key& key, const Fields<M>& fields) {
        std::vector<std::string_view> known(fields.others.begin(), fields.others.end());
        for (const auto& field : fields.texts) known.push_back(field.key);
        for (const auto& field : fields.lists) known.push_back(field.key);
        for (const auto& field : fields.flags) known.push_back(field.key);
        auto near = nearest(key.str(), known);
        std::string all;
        for (std::string_view one : known) all += (all.empty() ? "" : ", ") + std::string(one);
        fail(key.source(),
             fmt::format("unknown key \"{}\"; {}", escape_for_display(key.str().substr(0, 64)),
                         near ? fmt::format("did you mean {}?", known[*near]) : "known: " + all));
    }

    std::optional<Error> problem_;
};

// Milliseconds of `2026-11-23T02:10:00Z`, or of a local date-time taken as UTC, or of a day.
std::optional<std::uint64_t> moment(const toml::node& node, Reader& reader, std::string_view key) {
    toml::date date{};
    toml::time time{};
    int offset_minutes = 0;
    if (const auto* value = node.as_date_time()) {
        date = value->get().date;
        time = value->get().time;
        if (value->get().offset) offset_minutes = value->get().offset->minutes;
    } else if (const auto* day = node.as_date()) {
        date = day->get();
    } else {
        reader.fail(node, fmt::format("{} takes a time without quotes: 2026-11-23T02:10:00Z", key));
        return std::nullopt;
    }
    using namespace std::chrono;
    sys_days days{year{date.year} / date.month / date.day};
    auto ms =
        duration_cast<milliseconds>(days.time_since_epoch() + hours{time.hour} +
                                    minutes{time.minute - offset_minutes} + seconds{time.second});
    if (ms.count() < 0) {
        reader.fail(node, fmt::format("{} lies before 1970", key));
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(ms.count());
}

constexpr TextField<proto::TimeRange> when_texts[] = {
    {"precision", &proto::TimeRange::set_precision}};
constexpr std::string_view when_others[] = {"from", "to"};

void read_when(const toml::table& table, proto::TimeRange& range, Reader& reader) {
    reader.read<proto::TimeRange>(table, range, {when_texts, {}, {}, when_others});
    if (const toml::node* node = table.get("from"))
        if (auto ms = moment(*node, reader, "from")) range.set_from_ms(*ms);
    if (const toml::node* node = table.get("to"))
        if (auto ms = moment(*node, reader, "to")) range.set_to_ms(*ms);
}

// Calls for each table of an array of tables; a single table counts as one.
template <class Each>
void each_table(const toml::table& parent, std::string_view key, Reader& reader, Each each) {
    const toml::node* node = parent.get(key);
    if (node == nullptr) return;
    if (node->is_table()) return each(*node->as_table());
    const toml::array* items = node->as_array();
    if (items == nullptr)
        return reader.fail(*node,
                           fmt::format("{0} is a table: write [[{0}]] on a line of its own", key));
    for (const toml::node& item : *items)
        if (const toml::table* table = reader.table(item, key)) each(*table);
}

void read_person(const toml::table& table, P& person, Reader& reader) {
    reader.read<P>(table, person, {person_texts, person_lists, {}, person_others});
    each_table(table, "identity", reader, [&](const toml::table& one) {
        reader.read<I>(one, *person.add_identities(), {identity_texts, {}, {}, {}});
    });
    each_table(table, "nationality", reader, [&](const toml::table& one) {
        reader.read<proto::Nationality>(one, *person.add_nationalities(),
                                        {nationality_texts, {}, {}, {}});
    });
}

void read_links(const toml::table& file, A& alert, Reader& reader) {
    static constexpr TextField<proto::Link> texts[] = {{"type", &proto::Link::set_type}};
    static constexpr std::string_view others[] = {"id"};
    each_table(file, "link", reader, [&](const toml::table& one) {
        proto::Link* link = alert.add_links();
        reader.read<proto::Link>(one, *link, {texts, {}, {}, others});
        const toml::node* node = one.get("id");
        if (node == nullptr) return reader.fail(one, "a link needs the id of the other alert");
        auto text = reader.text(*node, "id");
        if (!text) return;
        auto id = parse_alert_id(*text);
        if (!id) return reader.fail(*node, id.error().detail);
        link->set_alert_id(id->str());
    });
}

// A table that belongs to one kind, which the template has set already.
template <class M>
void read_kind(const toml::table& file, std::string_view key, M* message, const Fields<M>& fields,
               Reader& reader) {
    const toml::node* node = file.get(key);
    if (node == nullptr) return;
    if (message == nullptr)
        return reader.fail(*node, fmt::format("[{}] belongs to another template", key));
    if (const toml::table* table = reader.table(*node, key))
        reader.read<M>(*table, *message, fields);
}

void read_kinds(const toml::table& file, A& alert, Reader& reader) {
    read_kind<proto::TravelFraud>(file, "travel_fraud",
                                  alert.has_travel_fraud() ? alert.mutable_travel_fraud() : nullptr,
                                  {fraud_texts, fraud_lists, {}, {}}, reader);
    read_kind<proto::VisaRefusal>(file, "visa_refusal",
                                  alert.has_visa_refusal() ? alert.mutable_visa_refusal() : nullptr,
                                  {refusal_texts, refusal_lists, {}, {}}, reader);
    read_kind<proto::VisaCancellation>(
        file, "visa_cancellation",
        alert.has_visa_cancellation() ? alert.mutable_visa_cancellation() : nullptr,
        {cancellation_texts, cancellation_lists, cancellation_flags, {}}, reader);
    read_kind<proto::LostStolen>(file, "lost_stolen",
                                 alert.has_lost_stolen() ? alert.mutable_lost_stolen() : nullptr,
                                 {lost_texts, {}, lost_flags, {}}, reader);
    read_kind<proto::Facilitator>(file, "facilitator",
                                  alert.has_facilitator() ? alert.mutable_facilitator() : nullptr,
                                  {facilitator_texts, facilitator_lists, {}, {}}, reader);
    read_kind<proto::Lookout>(file, "lookout",
                              alert.has_lookout() ? alert.mutable_lookout() : nullptr,
                              {lookout_texts, {}, {}, {}}, reader);
    read_kind<proto::Bulletin>(file, "bulletin",
                               alert.has_bulletin() ? alert.mutable_bulletin() : nullptr,
                               {bulletin_texts, {}, {}, {}}, reader);
    read_kind<proto::BorderIncident>(
        file, "border_incident",
        alert.has_border_incident() ? alert.mutable_border_incident() : nullptr,
        {incident_texts, {}, incident_flags, {}}, reader);
}

// The whole id of the request that a reply answers.
void read_request_of(const toml::table& file, A& alert, Reader& reader) {
    const toml::table* table = file.get_as<toml::table>("reply");
    const toml::node* node = table == nullptr ? nullptr : table->get("request");
    if (node == nullptr || !alert.has_reply()) return;
    auto text = reader.text(*node, "request");
    if (!text) return;
    auto id = parse_alert_id(*text);
    if (!id) return reader.fail(*node, id.error().detail);
    alert.mutable_reply()->set_request_id(id->str());
}

void read_newer_kinds(const toml::table& file, A& alert, Reader& reader) {
    read_kind<proto::SupportFraud>(
        file, "support_fraud", alert.has_support_fraud() ? alert.mutable_support_fraud() : nullptr,
        {support_texts, support_lists, {}, {}}, reader);
    read_kind<proto::ModusOperandi>(
        file, "modus_operandi",
        alert.has_modus_operandi() ? alert.mutable_modus_operandi() : nullptr,
        {method_texts, method_lists, {}, {}}, reader);
    read_kind<proto::TraffickingIndicator>(
        file, "trafficking_indicator",
        alert.has_trafficking_indicator() ? alert.mutable_trafficking_indicator() : nullptr,
        {trafficking_texts, trafficking_lists, {}, {}}, reader);
    read_kind<proto::InfoRequest>(file, "request",
                                  alert.has_request() ? alert.mutable_request() : nullptr,
                                  {request_texts, {}, {}, {}}, reader);
    read_kind<proto::InfoReply>(file, "reply", alert.has_reply() ? alert.mutable_reply() : nullptr,
                                {reply_texts, {}, {}, reply_others}, reader);
    read_request_of(file, alert, reader);
}

void read_marks(const toml::table& file, A& alert, Reader& reader) {
    if (const toml::node* node = file.get("tlp")) {
        auto text = reader.text(*node, "tlp");
        auto tlp = parse_tlp(text.value_or("AMBER"));
        if (tlp)
            alert.set_tlp(*tlp);
        else
            reader.fail(*node, tlp.error().detail);
    }
    if (const toml::node* node = file.get("protection")) {
        auto text = reader.text(*node, "protection");
        auto protection = parse_protection(text.value_or("NOT-ASSESSED"));
        if (protection)
            alert.set_protection(*protection);
        else
            reader.fail(*node, protection.error().detail);
    }
}

template <class M>
void read_sub(const toml::table& file, std::string_view key, M* (A::*get)(), A& alert,
              const Fields<M>& fields, Reader& reader) {
    const toml::node* node = file.get(key);
    if (node == nullptr) return;
    if (const toml::table* table = reader.table(*node, key))
        reader.read<M>(*table, *(alert.*get)(), fields);
}

void read_common(const toml::table& file, A& alert, Reader& reader) {
    reader.read<A>(file, alert, {alert_texts, alert_lists, {}, alert_others});
    read_sub<proto::Place>(file, "where", &A::mutable_where, alert, {place_texts, {}, {}, {}},
                           reader);
    read_sub<proto::Transport>(file, "transport", &A::mutable_transport, alert,
                               {transport_texts, transport_lists, {}, {}}, reader);
    read_sub<proto::Grade>(file, "grade", &A::mutable_grade, alert, {grade_texts, {}, {}, {}},
                           reader);
    read_sub<proto::HolderAnswers>(file, "holder", &A::mutable_holder, alert,
                                   {holder_texts, holder_lists, holder_flags, {}}, reader);
    if (const toml::node* node = file.get("when"))
        if (const toml::table* table = reader.table(*node, "when"))
            read_when(*table, *alert.mutable_when(), reader);
    each_table(file, "person", reader,
               [&](const toml::table& one) { read_person(one, *alert.add_persons(), reader); });
    each_table(file, "document", reader, [&](const toml::table& one) {
        reader.read<D>(one, *alert.add_documents(), {document_texts, {}, {}, {}});
    });
    read_links(file, alert, reader);
    read_kinds(file, alert, reader);
    read_newer_kinds(file, alert, reader);
    read_marks(file, alert, reader);
}

void read_mrz(const toml::table& file, A& alert, const AlertTemplate& form, CivilDate today,
              Reader& reader) {
    const toml::node* node = file.get("mrz");
    if (node == nullptr) return;
    auto text = reader.text(*node, "mrz");
    if (!text || text->find_first_not_of(" \t\r\n") == std::string::npos) return;
    auto mrz = parse_mrz(*text);
    if (!mrz) return reader.fail(*node, "mrz: " + mrz.error().detail);
    int before = alert.persons_size();
    if (Status added = add_mrz(alert, *mrz, today); !added)
        return reader.fail(*node, "mrz: " + added.error().detail);
    // Who is in the zone is who the template is about.
    if (alert.persons_size() > before && !form.role.empty())
        alert.mutable_persons(before)->set_role(std::string(form.role));
}

// A "?" among the codes says what the flag says.
void settle_unknown(A& alert) {
    auto* codes = alert.mutable_holder()->mutable_might_be();
    for (int i = codes->size() - 1; i >= 0; --i) {
        if (codes->Get(i) != "?") continue;
        alert.mutable_holder()->set_unknown(true);
        codes->DeleteSubrange(i, 1);
    }
}

}  // namespace

Result<proto::Alert> read_alert_file(std::string_view text, CivilDate today, UnixMillis now,
                                     Rng& rng) {
    if (text.size() > alert_file_bytes_max)
        return {Errc::too_large, fmt::format("the file has {} bytes, at most {}; attach long texts",
                                             text.size(), alert_file_bytes_max)};
    toml::parse_result parsed = parse_toml(text);
    Reader reader;
    if (!parsed) {
        reader.fail(parsed.error().source(), escape_for_display(parsed.error().description()));
        return reader.status().error();
    }
    const toml::table& file = parsed.table();
    const toml::node* name = file.get("template");
    if (name == nullptr)
        return {Errc::invalid, "line 1, column 1: template is missing; template = \"impostor\""};
    auto form = find_template(reader.text(*name, "template").value_or(""));
    if (!form) reader.fail(*name, form.error().detail);
    if (!reader.status()) return reader.status().error();
    proto::Alert alert = start_alert(**form, now, rng);
    read_common(file, alert, reader);
    read_mrz(file, alert, **form, today, reader);
    if (!reader.status()) return reader.status().error();
    if (alert.has_holder()) settle_unknown(alert);
    if (alert.where().point().empty() && !(*form)->point.empty())
        alert.mutable_where()->set_point(std::string((*form)->point));
    apply_defaults(alert, now);
    return alert;
}

}  // namespace rilon
