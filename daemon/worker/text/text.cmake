# Text to token ids. No LibTorch, so that its tests and fuzzers, which include this file, have it under
# every sanitizer.

include(${CMAKE_CURRENT_LIST_DIR}/../base.cmake)
find_package(ICU 63 REQUIRED COMPONENTS uc)

if(NOT TARGET samovar_text)
    set(_text ${CMAKE_CURRENT_LIST_DIR})
    add_library(samovar_text STATIC
        ${_text}/batch_plan.cpp
        ${_text}/bert_text.cpp
        ${_text}/charsmap.cpp
        ${_text}/code_points.cpp
        ${_text}/grapheme.cpp
        ${_text}/job_texts.cpp
        ${_text}/normal_form.cpp
        ${_text}/piece_trie.cpp
        ${_text}/sentence_piece.cpp
        ${_text}/special_tokens.cpp
        ${_text}/spm_file.cpp
        ${_text}/spm_text.cpp
        ${_text}/text_model.cpp
        ${_text}/tokenizer.cpp
        ${_text}/unigram.cpp
        ${_text}/utf8.cpp
        ${_text}/vocabulary_file.cpp
        ${_text}/word_piece.cpp)
    target_link_libraries(samovar_text
        PUBLIC samovar_ipc
        PRIVATE samovar_worker_base ICU::uc)
    set_target_properties(samovar_text PROPERTIES SAMOVAR_RECKONS ON)
endif()
