// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin for clang-tidy-19, built and loaded by clang_tidy.py: the check "tocsin-own-code" finds nothing; it takes the
// declarations of system headers (Qt, the standard library) out of what the other checks walk over. Nine tenths of the
// walk went there, for findings that are suppressed anyway. The static analyzer chooses its functions by itself and is
// not concerned. Newer clang-tidy (21) does the same without a plugin.
#include <clang-tidy/ClangTidyCheck.h>
#include <clang-tidy/ClangTidyModule.h>
#include <clang-tidy/ClangTidyModuleRegistry.h>
#include <clang/AST/ASTContext.h>
#include <clang/ASTMatchers/ASTMatchFinder.h>

#include <vector>

namespace {

class OwnCode : public clang::tidy::ClangTidyCheck
{
public:
    using ClangTidyCheck::ClangTidyCheck;

    void registerMatchers(clang::ast_matchers::MatchFinder *finder) override
    {
        finder->addMatcher(clang::ast_matchers::translationUnitDecl().bind("unit"), this);
    }
    /// The unit is the first node that is matched: its children are looked up only after this.
    void check(const clang::ast_matchers::MatchFinder::MatchResult &found) override
    {
        clang::ASTContext &context = *found.Context;
        std::vector<clang::Decl *> own;
        for (clang::Decl *declaration : context.getTranslationUnitDecl()->decls()) {
            if (!context.getSourceManager().isInSystemHeader(declaration->getLocation()))
                own.push_back(declaration);
        }
        context.setTraversalScope(own);
    }
};

class OwnCodeModule : public clang::tidy::ClangTidyModule
{
public:
    void addCheckFactories(clang::tidy::ClangTidyCheckFactories &factories) override
    {
        factories.registerCheck<OwnCode>("tocsin-own-code");
    }
};

const clang::tidy::ClangTidyModuleRegistry::Add<OwnCodeModule> added("tocsin", "Walks over the project's code alone.");

} // namespace
