#include "portcullis/oracle/timeline/kinds.h"

#include <array>

namespace portcullis::timeline {
namespace {

constexpr Member kAt{"at", Type::Natural, Need::Must};
constexpr Member kLink{"link", Type::Positive, Need::Must};
constexpr Member kFrom{"from", Type::Word, Need::Must, "client server"};

constexpr Member kind_is(std::string_view name) { return {"is", Type::Word, Need::Must, name}; }

// clang-format off
constexpr std::array kHeader{
    Member{"timeline", Type::Positive, Need::Must}, Member{"clock", Type::Word, Need::Must, "wall virtual"},
    Member{"about", Type::Text, Need::Must}};
constexpr std::array kProcess{
    kAt, kind_is("process"), Member{"state", Type::Word, Need::Must, "started exited"},
    Member{"status", Type::Integer}, Member{"signal", Type::Integer}, Member{"killed", Type::Flag},
    Member{"printed_token", Type::Flag}};
constexpr std::array kRest{
    kAt, kind_is("rest"), Member{"method", Type::Text, Need::Must}, Member{"path", Type::Text, Need::Must},
    Member{"status", Type::Integer, Need::Must}, Member{"authorization", Type::Text}, Member{"user_agent", Type::Text},
    Member{"body", Type::Any}};
constexpr std::array kOpen{
    kAt, kLink, kind_is("open"), Member{"url", Type::Text, Need::Must}, Member{"extensions", Type::Text}};
constexpr std::array kUpgraded{kAt, kLink, kind_is("upgraded")};
constexpr std::array kRefused{
    kAt, kLink, kind_is("refused"), Member{"status", Type::Natural, Need::Must}, Member{"retry_after", Type::Text}};
constexpr std::array kMessage{
    kAt, kLink, kind_is("message"), kFrom, Member{"kind", Type::Word, Need::Must, "text binary"},
    Member{"bytes", Type::Natural, Need::Must}, Member{"payload", Type::Any}, Member{"payload_bytes", Type::Natural},
    Member{"left_out", Type::Flag}, Member{"undecodable", Type::Text}};
constexpr std::array kPing{kAt, kLink, kind_is("ping"), kFrom, Member{"payload", Type::Text}};
constexpr std::array kPong{kAt, kLink, kind_is("pong"), kFrom, Member{"payload", Type::Text}};
constexpr std::array kClose{
    kAt, kLink, kind_is("close"), kFrom, Member{"code", Type::CloseCode}, Member{"reason", Type::Text}};
constexpr std::array kFault{kAt, kLink, kind_is("fault"), kFrom, Member{"what", Type::Text, Need::Must}};
constexpr std::array kEnd{kAt, kLink, kind_is("end"), kFrom, Member{"how", Type::Word, Need::May, "eof reset"}};
constexpr std::array kScript{
    kAt, Member{"link", Type::Positive}, kind_is("script"), Member{"did", Type::Text, Need::Must},
    Member{"dead_url", Type::Text}};
constexpr std::array kLocal{
    kAt, kind_is("local"), Member{"did", Type::Word, Need::Must, "start stop send close connect"},
    Member{"payload", Type::Any}};
constexpr std::array kTold{
    kAt, kind_is("told"), Member{"what", Type::Word, Need::Must, "event state fatal session unimplemented"},
    Member{"with", Type::Any}};
constexpr std::array kInput{
    kAt, Member{"link", Type::Positive}, kind_is("input"), Member{"shard", Type::Natural, Need::Must},
    Member{"did", Type::Word, Need::Must, "start opened received lost elapsed granted reconnect main_url stop"},
    Member{"now", Type::Natural, Need::Must}, Member{"config", Type::Any}, Member{"seed", Type::Text},
    Member{"url", Type::Text}, Member{"how", Type::Word, Need::May, "end keep"}};
constexpr std::array kNoise{kAt, kind_is("noise"), Member{"ms", Type::Natural, Need::Must}};

constexpr std::array<Kind, 16> kKinds{{
    {"process", kProcess}, {"rest", kRest}, {"open", kOpen}, {"upgraded", kUpgraded}, {"refused", kRefused},
    {"message", kMessage}, {"ping", kPing}, {"pong", kPong}, {"close", kClose}, {"fault", kFault}, {"end", kEnd},
    {"script", kScript}, {"local", kLocal}, {"told", kTold}, {"noise", kNoise},
    {"input", kInput},
}};
// clang-format on

}  // namespace

std::span<const Member> header_members() { return kHeader; }
std::span<const Kind> kinds() { return kKinds; }

}  // namespace portcullis::timeline
