#pragma once
// Where results go, by -o and the files' names.

#include <string>
#include <vector>

#include <samovar/error.hpp>
#include <samovar/models.hpp>

#include "client/cli/run/request.hpp"

namespace samovar::cli {

// Constant once made: for any thread.
class Places {
  public:
    enum class Kind {
        unsaid,    // no -o: small tensors are printed, all else goes to the current folder
        standard,  // -o -: one output of one job, to standard output
        file,      // -o FILE: the same, to a file
        folder,    // -o FOLDER/, also one that exists, and whatever is named for several files
    };

    // Makes the folder. Errors: `invalid_argument` where two results would have one name, a result
    // would replace an input, or -o cannot be meant; `io` where there is no folder for the result,
    // nor can one be made.
    static Result<Places> make(const RunRequest& request, const ModelInfo& model);

    Kind kind() const noexcept { return kind_; }
    // The path of a result: -o FILE itself, else FOLDER/NAME-MODEL.SUFFIX, or
    // FOLDER/NAME-MODEL-OUTPUT.SUFFIX for a model of several outputs. `suffix` with its dot.
    std::string path(std::size_t job, const std::string& output, const std::string& suffix) const;

    // ".png" or ".npy" where -o FILE says so, in small letters; else nothing of meaning.
    std::string wanted_suffix() const;

  private:
    std::string stem(std::size_t job) const;
    Result<void> check_folder(const RunRequest& request) const;
    Result<void> check_one_output(const RunRequest& request, const ModelInfo& model) const;
    Result<void> check_names(const RunRequest& request, const ModelInfo& model) const;

    Kind kind_ = Kind::unsaid;
    std::string out_, model_;
    bool several_outputs_ = false;
    std::vector<std::string> names_;  // of the files, without folder and suffix
};

}  // namespace samovar::cli
