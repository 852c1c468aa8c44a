#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every constant that trades one cost for another, each with its reason.
namespace tizilim::sync {

/// What a request is to take on any link: long enough that the round trip hardly counts, short
/// enough that a cut costs little.
inline constexpr std::chrono::milliseconds kBatchTime{10'000};
/// Compressed, before the link was measured: 8 s at 64 kbit/s.
inline constexpr std::size_t kBatchBytesFirst = std::size_t{64} * 1000;
/// A link that cuts smaller requests than this, about 40 entries, is of no use.
inline constexpr std::size_t kBatchBytesMin = std::size_t{4} * 1000;
/// Proxies before a server often refuse bodies above 1 MB; and this is 4,000 entries, a second of
/// the server's time.
inline constexpr std::size_t kBatchBytesMax = std::size_t{512} * 1000;
/// A request after a cut: less than half of what passed between cuts, so that two fit with their
/// overhead. A size that did pass since the last cut is kept.
inline constexpr std::size_t kPartBetweenCutsPercent = 40;
/// A batch grows at most so much at once: one fast answer may be luck.
inline constexpr std::size_t kBatchGrowthMax = 2;
/// A smaller request measures the round trip rather than the rate.
inline constexpr std::size_t kMeasuredBytesMin = std::size_t{8} * 1000;
/// Bytes of bodies for one byte of gzip, before that was measured: 470 of an entry become 100.
inline constexpr std::size_t kPackedRatioFirst = 4;
/// A batch larger than so many percent of the intended size is cut down.
inline constexpr std::size_t kBatchOvershootPercent = 150;
inline constexpr std::size_t kPushEntriesMax = 4'000;
/// So many cuts in a row, with nothing moved between, are a link that is down. Halving brings a
/// first batch to kBatchBytesMin before that.
inline constexpr unsigned kCutsAtOnceMax = 6;
/// A deadline that passed is worse than a reset: it took minutes.
inline constexpr unsigned kCutsOfATimeout = 3;

/// Leaves of a batch whose answer was lost: from so many on, two of them are asked for first, since
/// servers store a batch whole or not at all.
inline constexpr std::size_t kProbeLeavesMin = 20;
/// Leaves remembered as handed out or asked for; past that they are asked for once more.
inline constexpr std::size_t kNamesRememberedMax = 20'000;
/// The same batch failed so often, though the peer was greeted between: the fault may be in one of
/// its documents. "Come back later", and no answer at all, say so less clearly.
inline constexpr unsigned kTroublesOfAnError = 2;
inline constexpr unsigned kTroublesOfADelay = 4;
inline constexpr unsigned kTroublesOfSilence = 6;
/// So many documents, each refused alone, and none accepted: the peer refuses the register.
inline constexpr std::size_t kRefusedAloneMax = 3;
/// After so many entries an epoch, receipts and the feed come first, so that a long import shows
/// progress, and a server that filters its feed looks through no more of ours in one request.
inline constexpr std::uint64_t kEntriesPerEpoch = 10'000;

/// Bytes of a leaf in a gzipped question, 80 before: 16 are its digest, 9 its random id.
inline constexpr std::size_t kLeafBytes = 38;
inline constexpr std::size_t kQuestionRatio = 2;  ///< bytes of a question for one byte of gzip
inline constexpr std::size_t kVerifyLeavesMax = 2'000;
inline constexpr std::size_t kVerifyLeavesMin = 50;
/// So often the peer accepted a leaf and then did not have it: no accident any more.
inline constexpr unsigned kLostTimesMax = 3;
/// Leaves remembered as lost; what is lost beyond that counts as lost too often at once.
inline constexpr std::size_t kLostLeavesMax = 10'000;
/// Leaves that are not sent again in a round; past that, nothing is sent until the next.
inline constexpr std::size_t kSetAsideMax = 10'000;

/// A row is 252 bytes on CouchDB: a page of 126 kB.
inline constexpr std::size_t kPullRowsMax = 500;
inline constexpr std::size_t kPullRowsMin = 5;
inline constexpr std::size_t kRowBytes = 252;
/// Documents of one _bulk_get: about 200 kB of ordinary ones.
inline constexpr std::size_t kFetchLeavesMax = 200;
inline constexpr std::size_t kFetchLeavesMin = 5;
inline constexpr std::size_t kFetchedBytes = 400;  ///< of a document, less if it comes gzipped
/// Of Checkpoint::rules: names and revisions of a hundred design documents.
inline constexpr std::size_t kRulesBytesMax = std::size_t{8} * 1024;
/// Leaves of one document: a register has a conflict or two. Those beyond are skipped, so that one
/// document can't hold up the feed.
inline constexpr std::size_t kRowLeavesMax = 100;
/// Leaves of one page, whatever its rows: 1 MB of names. Those beyond are skipped.
inline constexpr std::size_t kPageLeavesMax = 10'000;
/// Documents asked for one by one in one step: five minutes, were each as slow as may be.
inline constexpr std::size_t kSingleGetsMax = 10;
/// Leaves of a page of which every copy is asked for, one a step: of a server that cuts histories,
/// or of forged ones. Those beyond are stored as they came.
inline constexpr std::size_t kCopyQuestionsMax = 50;
/// All leaves of one document: fifty of an ordinary size, each with a thousand ancestors.
inline constexpr std::size_t kCopiesReplyBytesMax = std::size_t{4} << 20;
/// The body of a pulled document, in canonical JSON: an entry with a signature is below 20 kB.
inline constexpr std::size_t kDocumentBytesMax = std::size_t{256} * 1024;
/// The same on the wire: escaped, six bytes for one, and with its ancestors.
inline constexpr std::size_t kDocumentReplyBytesMax = std::size_t{2} << 20;
/// So often the answer to one question can't be read, though the peer was greeted between: the
/// fault is in the document, which is skipped.
inline constexpr unsigned kUnreadableTimesMax = 3;
/// Pages of one poll: a feed longer than a million rows (10,000 of the smallest pages) goes on at
/// the next one.
inline constexpr unsigned kPullPagesMax = 2'000;
/// The peer's `since`, encoded for a URL: CouchDB answers a bare 400 to a request line above 8,192
/// bytes.
inline constexpr std::size_t kSinceBytesMax = std::size_t{7} * 1024;
/// CouchDB keeps 1,000 revisions of a document, unless told otherwise.
inline constexpr std::size_t kAncestorsMax = 10'000;
/// Their digests together: of so many, with 32 characters each.
inline constexpr std::size_t kAncestorsBytesMax = std::size_t{320} * 1024;

/// Leaves that came with too short a history, asked for once more in a session; of more than that
/// the next ones in the next.
inline constexpr std::size_t kCutHistoriesMax = 200;
/// The peer is greeted again, and its epoch read, every so many polls: twice a day at 30 minutes.
/// An epoch is read before each write of one and after each failure all the same.
inline constexpr unsigned kPollsPerSession = 24;
/// A server that answered so lately has not been put back from a backup meanwhile. One that is, in
/// less time and without a request that fails, while a feed is half read, goes unnoticed.
inline constexpr std::chrono::seconds kSilenceMax{30};
/// Requests that a limiter put off (429), one after the other: past that it is treated as a server
/// that is not able to answer, and greeted anew.
inline constexpr unsigned kPutOffsMax = 8;
/// A database may be deleted and made anew: its identity is proved so shortly before a body of
/// entries begins to leave.
inline constexpr std::chrono::seconds kProofAge{10};
/// We may stop between the peer's acknowledgement of an epoch and our storing it: this many.
inline constexpr std::uint64_t kEpochsUnnotedMax = 1;
/// A higher epoch is no count of visits: it is written over and never taken over, so that no remote
/// checkpoint can bring ours near the end of what a number holds.
inline constexpr std::uint64_t kEpochBelievedMax = std::uint64_t{1} << 40;
/// Servers behind one name, by uuid; the oldest is forgotten first.
inline constexpr std::size_t kPeerInstancesMax = 16;
/// A remote checkpoint that changes so often before we write it is in use by a copy of this
/// register.
inline constexpr unsigned kEpochAttemptsMax = 3;

/// One small answer. GPRS takes seconds for the handshake alone.
inline constexpr std::chrono::seconds kSmallDeadline{30};
/// A batch at 2 kB/s, and the time that a busy server needs for it.
inline constexpr std::chrono::seconds kBulkDeadline{120};
/// An honest small answer is below 2 kB; an honest error below 8 kB.
inline constexpr std::size_t kSmallReplyBytesMax = std::size_t{64} * 1024;
/// Replies to a batch: at worst every row refused, with a reason.
inline constexpr std::size_t kRowsReplyBytesMax = std::size_t{4} << 20;
/// Documents: 200 of 80 kB.
inline constexpr std::size_t kDocumentsReplyBytesMax = std::size_t{16} << 20;
/// A round of the audit asks for everything that was delivered.
inline constexpr std::chrono::hours kAuditRound{30 * 24};
/// It does so in slices, one a day while the program runs.
inline constexpr std::chrono::hours kAuditPause{24};
/// Counted ahead, to find the size of a slice: of a larger register each slice is of full size.
inline constexpr std::size_t kAuditAheadMax = 60'000;
/// A smaller slice is not worth its request.
inline constexpr std::size_t kAuditLeavesMin = 50;
/// Superseded revisions looked through for those of a withdrawal that was just delivered.
inline constexpr std::size_t kReadableLookMax = 1'000;
/// Superseded revisions of withdrawn entries, asked for one by one in one step, and in one day.
inline constexpr std::size_t kReadableGetsMax = 10;
inline constexpr std::size_t kReadablePerDayMax = 50;

/// How this PC is goes to the centre once a day, sooner where something changed, and never more
/// often than this: an idle poll stays one request.
inline constexpr std::chrono::hours kHealthPause{1};
inline constexpr std::chrono::hours kHealthRound{24};

/// Below this gzip's own frame costs more than it saves.
inline constexpr std::size_t kGzipBytesMin = 256;
/// Of a body that goes as it is: a batch is 512 kB of gzip.
inline constexpr std::size_t kPlainBytesMax = std::size_t{64} << 20;
/// Questions in one step, where the peer takes small ones alone.
inline constexpr std::size_t kQuestionsMax = 10;
/// Of a refusal's reason, for the lawyer.
inline constexpr std::size_t kExcerptBytesMax = 200;

/// Offline: the machine may wake up in a train. The cap is below what a person waits for.
inline constexpr std::chrono::milliseconds kOfflineBase{2'000};
inline constexpr std::chrono::milliseconds kOfflineCap{std::chrono::minutes(10)};
/// A portal opens when a person logs in: soon, but not by our asking.
inline constexpr std::chrono::milliseconds kPortalBase{15'000};
inline constexpr std::chrono::milliseconds kPortalCap{std::chrono::minutes(15)};
/// A refusal ends when an administrator acts: hours.
inline constexpr std::chrono::milliseconds kRefusedBase{60'000};
inline constexpr std::chrono::milliseconds kRefusedCap{std::chrono::hours(1)};
/// CouchDB opens a locked account by itself, after some five minutes.
inline constexpr std::chrono::milliseconds kLockedBase{std::chrono::minutes(5)};
/// Quarantined entries become pending again when the peer's rules change; where these change often,
/// each time after twice as long.
inline constexpr std::chrono::milliseconds kReleaseBase{60'000};
inline constexpr std::chrono::milliseconds kReleaseCap{std::chrono::hours(6)};
/// Never sooner, whatever is drawn: a loop without a pause would be an attack.
inline constexpr std::chrono::milliseconds kBackoffFloor{1'000};
/// A server that asks for more is not believed: it may be a typing error.
inline constexpr std::chrono::seconds kRetryAfterMax{std::chrono::hours(1)};
/// The register could not be written, a full disk for instance.
inline constexpr std::chrono::seconds kStoreRetry{60};
/// A server that shows an earlier day has lost its clock: ours is not compared with it.
inline constexpr std::chrono::year_month_day kPeerDateMin{std::chrono::year(2025) / 1 / 1};
/// After something was delivered or pulled the unified system is likely to say more: the next poll
/// is soon, and each quiet one doubles the wait up to the interval.
inline constexpr std::chrono::milliseconds kPollSoon{60'000};
/// Where every byte costs, polls are so many times rarer, and never soon.
inline constexpr int kPollMeteredFactor = 4;
/// A network that comes and goes every second must not make as many requests.
inline constexpr std::chrono::seconds kNetworkCamePause{5};
/// Polls of all offices spread over this part of the interval.
inline constexpr int kPollJitterPercent = 10;

}  // namespace tizilim::sync
