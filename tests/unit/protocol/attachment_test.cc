#include "protocol/attachment.h"

#include <gtest/gtest.h>

#include "protocol/alert.h"
#include "protocol/release.h"
#include "protocol/short_id.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

ChunkPlace some_place() {
    SeededRng rng(1);
    return {rng.bytes<AlertId>(), 3, 32, rng.bytes<Hash32>()};
}

TEST(Attachment, AChunkIsReadAsItWasWritten) {
    const ChunkPlace place = some_place();
    for (std::size_t size : {std::size_t{1}, std::size_t{4000}, chunk_data_bytes}) {
        const Bytes data(size, 7);
        const Bytes plain = encode_chunk(place, data);
        EXPECT_EQ(plain.size(), chunk_prefix_bytes + size);
        auto chunk = parse_chunk(plain);
        ASSERT_TRUE(chunk.ok());
        EXPECT_EQ(chunk->place, place);
        EXPECT_EQ(chunk->data, data);
    }
}

// The layout as docs/wire.md has it.
TEST(Attachment, TheFieldsOfAChunkAreWhereThePageSays) {
    const ChunkPlace place = some_place();
    const Bytes plain = encode_chunk(place, Bytes{9, 8});
    EXPECT_TRUE(equal(ByteView(plain).first(16), place.alert.view()));
    EXPECT_EQ(plain[16], 3);
    EXPECT_EQ(plain[17], 0);
    EXPECT_EQ(plain[18], 32);
    EXPECT_TRUE(equal(ByteView(plain).subspan(19, 32), place.hash.view()));
    EXPECT_EQ(plain[51], 9);
    EXPECT_EQ(plain.size(), 53u);
}

TEST(Attachment, AChunkOfAnotherLengthIsNone) {
    const ChunkPlace place = some_place();
    EXPECT_EQ(parse_chunk(encode_chunk(place, {})).code(), Errc::malformed);
    EXPECT_EQ(parse_chunk(Bytes(chunk_data_bytes + chunk_prefix_bytes + 1)).code(),
              Errc::malformed);
    EXPECT_EQ(parse_chunk({}).code(), Errc::malformed);
}

proto::Attachment listed(std::uint64_t size) {
    proto::Attachment out;
    out.set_media_type("image/jpeg");
    out.set_size(size);
    out.set_hash(Hash32{}.str());
    return out;
}

TEST(Attachment, TheNumberOfChunksFollowsFromTheSize) {
    EXPECT_EQ(parse_attachment(listed(1))->chunks(), 1u);
    EXPECT_EQ(parse_attachment(listed(chunk_data_bytes))->chunks(), 1u);
    EXPECT_EQ(parse_attachment(listed(chunk_data_bytes + 1))->chunks(), 2u);
    EXPECT_EQ(parse_attachment(listed(chunk_data_bytes + 1))->chunk_size(1), 1u);
    EXPECT_EQ(parse_attachment(listed(attachment_bytes_max))->chunks(), chunks_of_one_max);
    EXPECT_FALSE(parse_attachment(listed(0)).ok());
    EXPECT_FALSE(parse_attachment(listed(attachment_bytes_max + 1)).ok());
    proto::Attachment short_hash = listed(1);
    short_hash.set_hash("abc");
    EXPECT_FALSE(parse_attachment(short_hash).ok());
}

TEST(Attachment, TheFirstChunkIsBehindThoseOfTheAttachmentsBefore) {
    proto::Alert alert;
    *alert.add_attachments() = listed(chunk_data_bytes + 1);
    *alert.add_attachments() = listed(1);
    *alert.add_attachments() = listed(1);
    EXPECT_EQ(*first_chunk(alert, 0), 1u);
    EXPECT_EQ(*first_chunk(alert, 1), 3u);
    EXPECT_EQ(*first_chunk(alert, 2), 4u);
    alert.mutable_attachments(1)->set_size(0);
    EXPECT_FALSE(first_chunk(alert, 2).ok());
}

proto::Alert bulletin() {
    SeededRng rng(2);
    proto::Alert alert;
    alert.set_alert_id(make_alert_id({1795446000000}, rng).str());
    alert.set_part("person");
    alert.mutable_bulletin()->set_text("see the picture");
    apply_defaults(alert, {1795446000000});
    return alert;
}

TEST(Attachment, WhatIsPostedIsKnownAndBounded) {
    proto::Alert alert = bulletin();
    *alert.add_attachments() = listed(5);
    EXPECT_TRUE(check_alert(alert).ok()) << check_alert(alert).error().detail;
    alert.mutable_attachments(0)->set_media_type("image/gif");
    EXPECT_FALSE(check_alert(alert).ok());
    alert.mutable_attachments(0)->set_media_type("image/png");
    alert.mutable_attachments(0)->set_caption(std::string(121, 'a'));
    EXPECT_FALSE(check_alert(alert).ok());
    alert.mutable_attachments(0)->set_caption("stamp");
    for (int i = 0; i < 4; ++i) *alert.add_attachments() = listed(5);
    EXPECT_FALSE(check_alert(alert).ok());
    proto::Operation operation;
    *operation.mutable_publish() = alert;
    EXPECT_EQ(parse_operation(as_bytes(operation.SerializeAsString())).code(), Errc::too_large);
}

TEST(Attachment, AnAlertThatNamesNobodyHasNone) {
    proto::Alert alert = bulletin();
    alert.mutable_modus_operandi()->add_steps("the cover is glued");
    *alert.add_attachments() = listed(5);
    const Status refused = check_alert(alert);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().detail.find("attachments"), std::string::npos);
}

TEST(Attachment, TheDocumentPartNeverCarriesAny) {
    proto::Alert alert = bulletin();
    alert.mutable_travel_fraud()->set_fraud_type("counterfeit");
    alert.add_documents()->set_number("L898902C3");
    *alert.add_attachments() = listed(5);
    ASSERT_TRUE(has_document_part(alert));
    EXPECT_EQ(document_part(alert).attachments_size(), 0);
    proto::Alert document = document_part(alert);
    *document.add_attachments() = listed(5);
    document.set_alert_id(alert.alert_id());
    EXPECT_FALSE(check_alert(document).ok());
}

}  // namespace
}  // namespace rilon
