#include "packaging/manual/key_texts.h"

#include <array>
#include <span>

namespace tizilim::manual {
namespace {

constexpr auto kTexts = std::to_array<KeyText>({
    {"register", "directory", "/var/lib/tizilim",
     "tizilim in the XDG folder for data, or /var/lib/tizilim of the system's service",
     "The folder of the register, its owner's alone."},
    {"register", "lawyer", "Иванова Айгуль Сериковна", "none",
     "The advocate's name, for the head of the form and the history."},
    {"register", "iin", "900101400123", "not known",
     "The advocate's individual identification number: 12 digits, the last a check digit."},
    {"register", "bar_association", "Алматинская городская коллегия адвокатов", "none",
     "For the head of the form."},
    {"register", "bar_association_kk", "Алматы қалалық адвокаттар алқасы", "bar_association",
     "The same for the form in Kazakh."},
    {"register", "language", "ru", "ru", "Of entries that name none: kk or ru."},
    {"register", "utc_offset", "+05:00", "+05:00", "By which the civil day of a record is known."},
    {"register", "require_signature", "true", "true",
     "Whether an entry waits for the advocate's signature before it leaves."},
    {"register", "policy", "court_resolution:full", "withheld unless a body or a court appointed",
     "What leaves of an entry by its basis, if nobody decides otherwise: basis:class, with commas "
     "between. The codes are those of `tizilim codes`."},
    {"eds", "ca_file", "/etc/tizilim/eds.pem", "chains are not checked",
     "Certificates, PEM, that the chains of signers must lead to."},
    {"eds", "own_key_only", "true", "true where iin is given",
     "Whether a signature by the certificate of another number than iin is refused."},
    {"eds", "tsa_url", "http://tsp.pki.gov.kz", "none is asked",
     "A time-stamp authority (RFC 3161), http or https."},
    {"unified", "url", "https://unified.example.kz/register-1", "nothing is delivered",
     "The database of the unified system."},
    {"unified", "user", "lawyer-1", "none", "The name there; it goes with password_file."},
    {"unified", "password_file", "/run/credentials/tizilim.service/secret_unified", "none",
     "A file that holds the password alone, readable by its owner only."},
    {"unified", "token_file", "/run/credentials/tizilim.service/secret_token", "none",
     "In place of user and password_file: a file that holds a bearer token alone."},
    {"unified", "ca_file", "/etc/tizilim/unified.pem", "those of the system",
     "Certificates, PEM, that the server's chain must lead to."},
    {"unified", "client_certificate", "/run/credentials/tizilim.service/secret_client.pem", "none",
     "Certificate and key, PEM, that the server asks for."},
    {"unified", "proxy", "http://proxy.example.kz:3128", "from the environment",
     "Through which the server is reached; empty: through none."},
    {"unified", "proxy_user", "office", "none", "The name at a proxy that asks for one."},
    {"unified", "proxy_password_file", "/run/credentials/tizilim.service/secret_proxy", "none",
     "A file that holds the proxy's password alone, readable by its owner only."},
    {"sync", "enabled", "true", "true", "Whether anything is delivered."},
    {"sync", "poll_seconds", "1800", "1800",
     "How often the server is asked when nothing waits: 5 to 86400 seconds."},
    {"sync", "bandwidth_kbps", "0", "0",
     "At most so many kbit/s each way, 8 or more; 0: as the link can."},
    {"sync", "metered", "no", "no", "yes where every byte costs: the server is asked seldom."},
    {"security", "require_confinement", "true", "false",
     "Whether the programs end where the kernel cannot confine them."},
    {"status", "address", "127.0.0.1", "127.0.0.1",
     "Where the page and the state are shown: this machine, 127.0.0.1 or ::1."},
    {"status", "port", "7717", "7717", "The port there; each of several registers has its own."},
    {"backup", "directory", "/var/lib/tizilim-backup", "no backups are made",
     "A folder of its owner's alone, best on another disk."},
    {"backup", "every", "1d", "24h", "How often: hours, 12h, or days, 1d."},
    {"backup", "keep", "14", "14", "How many backups of this book the folder keeps."},
});

}  // namespace

std::span<const KeyText> key_texts() {
    return kTexts;
}

}  // namespace tizilim::manual
