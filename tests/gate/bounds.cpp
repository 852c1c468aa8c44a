// Whoever asks the network decides first how long and how much; whoever opens a register or asks
// for a result looks at it.
#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"

#include <chrono>

namespace tizilim {

constexpr std::chrono::seconds kDeadline{5};
constexpr std::size_t kResponseBytesMax = 1024;

platform::Expected<int, int> parse() {
    return 3;
}

void control(platform::HttpTransport& transport, const platform::HttpRequest& request,
             store::Register& book) {
    const auto reply = transport.send(request, platform::HttpBounds(kDeadline, kResponseBytesMax));
    const auto number = parse();
    const store::Balance balance = book.balance();
    const bool fine = reply && number && balance.error() == 0;
    (void)fine;
}

void gates(platform::HttpTransport& transport, const platform::HttpRequest& request,
           store::Register& book, store::Replication& replication) {
    (void)transport;
    (void)request;
    (void)book;
    (void)replication;
// gate no_bounds: no matching function for call to 'tizilim::platform::HttpBounds
#ifdef no_bounds
    const platform::HttpBounds nothing;
#endif
// gate no_size: no matching function for call to 'tizilim::platform::HttpBounds
#ifdef no_size
    const platform::HttpBounds deadline_alone(kDeadline);
#endif
// gate no_deadline: no matching function for call to 'tizilim::platform::HttpBounds
#ifdef no_deadline
    const platform::HttpBounds size_alone(kResponseBytesMax);
#endif
// gate deadline_without_a_unit: no matching function for call to 'tizilim::platform::HttpBounds
#ifdef deadline_without_a_unit
    const platform::HttpBounds number(5000, kResponseBytesMax);
#endif
// gate sent_without_bounds: no matching function for call to 'tizilim::platform::HttpTransport
#ifdef sent_without_bounds
    (void)transport.send(request);
#endif
// gate reply_ignored: ignoring returned value of type
#ifdef reply_ignored
    transport.send(request, platform::HttpBounds(kDeadline, kResponseBytesMax));
#endif
// gate result_ignored: ignoring returned value of type
#ifdef result_ignored
    parse();
#endif
// gate errors_of_add_ignored: ignoring return value of
#ifdef errors_of_add_ignored
    store::OwnerSession(book).add({});
#endif
// gate balance_ignored: ignoring return value of
#ifdef balance_ignored
    book.balance();
#endif
// gate report_ignored: ignoring return value of
#ifdef report_ignored
    book.verify({});
#endif
// gate result_taken_for_a_value: cannot convert
#ifdef result_taken_for_a_value
    const int value = parse();
#endif
// gate register_copied: use of deleted function 'tizilim::store::Register
#ifdef register_copied
    const store::Register copy = book;
#endif
// gate owner_made_by_hand: no matching function for call to 'tizilim::store::OwnerSession
#ifdef owner_made_by_hand
    store::OwnerSession session;
#endif
// gate position_from_a_number: cannot convert 'int' to 'tizilim::store::OutboxPosition'
#ifdef position_from_a_number
    (void)replication.changes_after(3, {.entries_max = 1, .bytes_max = 1});
#endif
}

}  // namespace tizilim
