#include "daemon/worker/engine/cerr_capture.hpp"

#include <iostream>
#include <streambuf>

#include "daemon/worker/log.hpp"

namespace samovar::worker {
namespace {

constexpr std::size_t kMaxCaptured = 64u << 10;

thread_local std::string* captured = nullptr;
thread_local std::string caught;

// Keeps nothing but what is of the calling thread, so that threads may write at the same time.
class Router : public std::streambuf {
  protected:
    std::streamsize xsputn(const char* text, std::streamsize count) override {
        for (std::streamsize i = 0; i < count; ++i)
            put(text[i]);
        return count;
    }
    int_type overflow(int_type c) override {
        if (c != traits_type::eof()) put(traits_type::to_char_type(c));
        return 0;
    }

  private:
    static void put(char c) {
        std::string& target = captured ? *captured : caught;
        if (target.size() < kMaxCaptured) target += c;
        if (captured || c != '\n') return;
        if (caught.size() > 1) log::warning(caught);
        caught.clear();
    }
};

}  // namespace

void route_cerr_to_log() {
    // Lives as long as the process: static destructors of libraries may still write.
    static Router* const router = new Router;
    std::cerr.rdbuf(router);
}

CerrCapture::CerrCapture() {
    captured = &text_;
}
CerrCapture::~CerrCapture() {
    captured = nullptr;
}

}  // namespace samovar::worker
