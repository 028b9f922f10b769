#include "tools/benchmark/bench_waiting.h"

namespace rilon::bench {

WaitingPosts::Took WaitingPosts::round(std::size_t waiting) {
    Took out;
    const double cpu_before = node_.cpu();
    std::vector<Event> events;
    for (std::size_t i = 0; i < waiting; ++i)
        events.push_back(node_.request(prepare_bulletin("BKK", ++number_)));
    out.prepare_s = node_.turn(std::move(events));
    events.clear();
    auto answers = node_.take_answers();
    if (answers.size() != waiting) give_up("a PREPARE without an answer");
    for (const AnswerClient& answer : answers)
        events.push_back(
            node_.request(commit_of(parse_response(answer.response).prepared(), node_.parts)));
    out.commit_s = node_.turn(std::move(events));
    answers = node_.take_answers();
    if (answers.size() != waiting) give_up("a COMMIT without an answer");
    for (const AnswerClient& answer : answers)
        if (!parse_response(answer.response).has_posted()) give_up("a post not posted");
    out.cpu_s = node_.cpu() - cpu_before;
    return out;
}

}  // namespace rilon::bench
