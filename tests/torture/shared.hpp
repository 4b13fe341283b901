#pragma once
#include <sys/mman.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace samovar::torture {

// A T that this process and those which it forks from now on have in common. A T of atomics: its
// destructor is never run.
template <class T>
class Shared {
  public:
    Shared() {
        void* memory =
            ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
        value_ = new (memory) T();
    }
    ~Shared() { ::munmap(value_, sizeof(T)); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    T& operator*() const { return *value_; }
    T* operator->() const { return value_; }

  private:
    T* value_;
};

}  // namespace samovar::torture
