#include "tests/inside/order.h"

#include "platform/check.h"
#include "tests/support/attempts.h"

#include <iomanip>
#include <ios>
#include <sstream>
#include <string>
#include <vector>

namespace tizilim::inside {
namespace {

using support::Attempt;
using support::Targets;

/// Paths quote themselves.
void write(std::ostream& out, const Targets& targets) {
    out << targets.register_file << ' ' << targets.key_file << ' ' << targets.home << ' '
        << targets.writable << ' ' << targets.readable << ' ' << targets.control_socket << ' '
        << targets.datagram_socket << ' ' << targets.session_bus << ' '
        << std::quoted(targets.abstract_name) << ' ' << targets.port << ' ' << targets.port_ipv6
        << ' ' << std::quoted(targets.address) << ' ' << targets.address_port << ' '
        << targets.sibling;
}

void read(std::istream& in, Targets& targets) {
    in >> targets.register_file >> targets.key_file >> targets.home >> targets.writable >>
        targets.readable >> targets.control_socket >> targets.datagram_socket >>
        targets.session_bus >> std::quoted(targets.abstract_name) >> targets.port >>
        targets.port_ipv6 >> std::quoted(targets.address) >> targets.address_port >>
        targets.sibling;
}

}  // namespace

std::vector<Attempt> all_attempts() {
    std::vector<Attempt> all;
    for (const auto attempts : {support::attempts_on_files(), support::attempts_on_processes(),
                                support::attempts_on_sockets()})
        all.insert(all.end(), attempts.begin(), attempts.end());
    return all;
}

std::string frame_of(const Hello& hello) {
    std::ostringstream out;
    out << (hello.program == support::Inside::network) << ' ' << hello.pid;
    return out.str();
}

std::string frame_of(const Order& order) {
    std::ostringstream out;
    write(out, order.targets);
    out << ' ' << std::quoted(order.only) << ' ' << order.in_children << ' ' << order.by_own_port;
    return out.str();
}

std::string frame_of(const std::vector<int>& results) {
    std::ostringstream out;
    for (const int result : results) out << result << ' ';
    return out.str();
}

Hello hello_in(const std::string& frame) {
    std::istringstream in(frame);
    bool is_network = false;
    Hello hello;
    in >> is_network >> hello.pid;
    CHECK(!in.fail());
    hello.program = is_network ? support::Inside::network : support::Inside::registering;
    return hello;
}

Order order_in(const std::string& frame) {
    std::istringstream in(frame);
    Order order;
    read(in, order.targets);
    in >> std::quoted(order.only) >> order.in_children >> order.by_own_port;
    CHECK(!in.fail());
    return order;
}

std::vector<int> results_in(const std::string& frame) {
    std::istringstream in(frame);
    std::vector<int> results;
    for (int result = 0; in >> result;) results.push_back(result);
    return results;
}

}  // namespace tizilim::inside
